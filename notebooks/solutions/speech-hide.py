def hide(picture, frame, wide, band, high):
    """picture: (frames, bands) → a copy of the same shape."""
    hidden = picture.copy()
    hidden[frame : frame + wide] = 0
    hidden[:, band : band + high] = 0
    return hidden
