def auc(scores, odd):
    """scores: (pictures,), odd: (pictures,) of True and False → a number from 0 to 1."""
    strange, calm = scores[odd][:, None], scores[~odd]
    return float((strange > calm).mean() + (strange == calm).mean() / 2)
