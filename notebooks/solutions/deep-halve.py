def halve(x):
    half = x[:, :, ::2, ::2]
    return T.concatenate([half, 0 * half], axis=1)
