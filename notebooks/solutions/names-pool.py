def masked_mean(shown, mask):
    there = mask[:, :, np.newaxis]
    return (shown * there).sum(axis=0) / there.sum(axis=0)
