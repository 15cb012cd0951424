def masked_mean(states, mask):
    present = mask[:, :, np.newaxis]
    return (states * present).sum(axis=0) / present.sum(axis=0)
