# Answers to googlenet-mask beside its solution; `workshop lessons check` tries them.

# %% wrong: only the chosen window is heard
def branch_mask(widths, number):
    return np.concatenate([np.full(width, float(place == number)) for place, width in enumerate(widths)])


# %% wrong: one channel is silenced, not a window
def branch_mask(widths, number):
    channels = np.ones(sum(widths))
    channels[number] = 0
    return channels


# %% wrong: one number a window
def branch_mask(widths, number):
    windows = np.ones(len(widths))
    windows[number] = 0
    return windows


# %% wrong: windows are counted from 1
def branch_mask(widths, number):
    return np.concatenate([np.full(width, float(place + 1 != number)) for place, width in enumerate(widths)])


# %% right: by the places where windows begin
def branch_mask(widths, number):
    begin = sum(widths[:number])
    channels = np.ones(sum(widths))
    channels[begin : begin + widths[number]] = 0
    return channels
