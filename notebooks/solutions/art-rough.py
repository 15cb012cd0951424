def roughness(picture):
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return (down**2).mean() + (right**2).mean()
