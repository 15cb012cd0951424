def interval(scores):
    return np.mean(scores), 1.96 * np.std(scores, ddof=1) / np.sqrt(len(scores))
