def price(probabilities, truth, least):
    """probabilities (n, classes), truth (n,) of column indices, least → euros."""
    asked = probabilities.max(axis=1) < least
    wrong = probabilities.argmax(axis=1) != truth
    return 1.0 * np.sum(asked) + 10.0 * np.sum(wrong & ~asked)
