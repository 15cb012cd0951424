# Answers to speech-hide beside its solution; `workshop lessons check` tries them.

# %% wrong: the picture itself is changed
def hide(picture, frame, wide, band, high):
    picture[frame : frame + wide] = 0
    picture[:, band : band + high] = 0
    return picture


# %% wrong: only where the frames and the bands meet
def hide(picture, frame, wide, band, high):
    hidden = picture.copy()
    hidden[frame : frame + wide, band : band + high] = 0
    return hidden


# %% wrong: rows and columns changed over
def hide(picture, frame, wide, band, high):
    hidden = picture.copy()
    hidden[:, frame : frame + wide] = 0
    hidden[band : band + high] = 0
    return hidden


# %% wrong: up to a frame and a band, not as many
def hide(picture, frame, wide, band, high):
    hidden = picture.copy()
    hidden[frame:wide] = 0
    hidden[:, band:high] = 0
    return hidden


# %% right: as a product with what stays
def hide(picture, frame, wide, band, high):
    rows = np.arange(picture.shape[0])
    columns = np.arange(picture.shape[1])
    frames = (rows < frame) | (rows >= frame + wide)
    bands = (columns < band) | (columns >= band + high)
    return picture * np.outer(frames, bands)


# %% wrong: a list of lists
def hide(picture, frame, wide, band, high):
    hidden = picture.copy()
    hidden[frame : frame + wide] = 0
    hidden[:, band : band + high] = 0
    return hidden.tolist()
