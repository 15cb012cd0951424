def auc(scores, anomalous):
    """scores: (images,), anomalous: (images,) of True and False → a number from 0 to 1."""
    anomalies, ordinary = scores[anomalous][:, None], scores[~anomalous]
    return float((anomalies > ordinary).mean() + (anomalies == ordinary).mean() / 2)
