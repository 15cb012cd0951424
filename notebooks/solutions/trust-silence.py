def with_silence(chances, labels, limit):
    speaks = chances.max(axis=1) >= limit
    if not speaks.any():
        return 0.0, 1.0
    right = chances.argmax(axis=1) == labels
    return speaks.mean(), right[speaks].mean()
