def sample_letters(probabilities, uniform):
    ends = probabilities.cumsum(axis=1)
    return (uniform[:, np.newaxis] >= ends[:, :-1]).sum(axis=1)
