# Answers to art-light beside its solution; `workshop lessons check` tries them.

# %% wrong: the two are mixed half and half
def photo_colours(painted, photo):
    return (painted + photo) / 2


# %% wrong: the light is multiplied instead of replaced
def photo_colours(painted, photo):
    return photo * painted.mean(axis=2, keepdims=True) / photo.mean(axis=2, keepdims=True)


# %% wrong: the painted picture's colours and the photograph's light
def photo_colours(painted, photo):
    return painted - painted.mean(axis=2, keepdims=True) + photo.mean(axis=2, keepdims=True)


# %% wrong: one light for the whole picture
def photo_colours(painted, photo):
    return photo - photo.mean() + painted.mean()


# %% wrong: the photograph's own light stays
def photo_colours(painted, photo):
    return photo + painted.mean(axis=2, keepdims=True)


# %% wrong: cut off at black and white
def photo_colours(painted, photo):
    light = painted.mean(axis=2, keepdims=True)
    return np.clip(photo - photo.mean(axis=2, keepdims=True) + light, 0, 255)


# %% right: the difference of the lights is added
def photo_colours(painted, photo):
    return photo + (painted - photo).mean(axis=2)[..., np.newaxis]
