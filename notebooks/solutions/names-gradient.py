def score_gradient(probabilities, labels):
    """probabilities: (names, regions), labels: (names,) from 0 on → the gradient, (names, regions)."""
    truth = np.eye(probabilities.shape[1])[labels]
    return (probabilities - truth) / len(labels)
