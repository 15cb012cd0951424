# Answers to efficientnet-prepare beside its solution; `workshop lessons check` tries them.

# %% wrong: the axes are renamed instead of moved
def prepare(crop):
    values = (crop.astype("float32") - 127) / 128
    return values.reshape(1, 3, 224, 224)


# %% wrong: divided before 127 was subtracted
def prepare(crop):
    values = crop.astype("float32") / 128 - 127
    return values.transpose(2, 0, 1)[np.newaxis]


# %% wrong: from 0 to 1 instead of around 0
def prepare(crop):
    values = crop.astype("float32") / 255
    return values.transpose(2, 0, 1)[np.newaxis]


# %% wrong: blue comes first
def prepare(crop):
    values = (crop.astype("float32") - 127) / 128
    return values.transpose(2, 0, 1)[np.newaxis, ::-1]


# %% wrong: the picture is turned on its side
def prepare(crop):
    values = (crop.astype("float32") - 127) / 128
    return values.transpose(2, 1, 0)[np.newaxis]


# %% right: colour by colour
def prepare(crop):
    colours = [(crop[:, :, colour] - np.float32(127)) / np.float32(128) for colour in range(3)]
    return np.array([colours], dtype="float32")
