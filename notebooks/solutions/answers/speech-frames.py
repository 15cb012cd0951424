# Answers to speech-frames beside its solution; `workshop lessons check` tries them.

# %% wrong: the frames do not overlap
def frames(samples, width, hop):
    count = len(samples) // width
    return samples[: count * width].reshape(count, width)


# %% wrong: the last full frame is lost
def frames(samples, width, hop):
    return np.stack([samples[start : start + width] for start in range(0, len(samples) - width, hop)])


# %% wrong: what does not fill a frame is filled up with zeros
def frames(samples, width, hop):
    starts = range(0, len(samples), hop)
    padded = np.pad(samples, (0, width))
    return np.stack([padded[start : start + width] for start in starts])


# %% wrong: width and hop are confused
def frames(samples, width, hop):
    return np.stack([samples[start : start + hop] for start in range(0, len(samples) - hop + 1, width)])


# %% wrong: a column a frame
def frames(samples, width, hop):
    return np.stack(
        [samples[start : start + width] for start in range(0, len(samples) - width + 1, hop)], axis=1
    )


# %% wrong: never more frames than hops fit into the samples
def frames(samples, width, hop):
    count = (len(samples) - width) // hop + 1
    return np.stack([samples[hop * k : hop * k + width] for k in range(min(count, len(samples) // hop))])


# %% wrong: only every hop-th sample
def frames(samples, width, hop):
    thin = samples[::hop]
    return thin[: len(thin) // width * width].reshape(-1, width)


# %% right: by numpy's view of all windows
def frames(samples, width, hop):
    return np.lib.stride_tricks.sliding_window_view(samples, width)[::hop]
