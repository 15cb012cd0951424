def photo_colours(painted, photo):
    light = painted.mean(axis=2, keepdims=True)
    return photo - photo.mean(axis=2, keepdims=True) + light
