# Stored answers to anomaly-auc; `workshop lessons check` tries them.

# %% wrong: a tie counts nothing
def auc(scores, anomalous):
    return float((scores[anomalous][:, None] > scores[~anomalous]).mean())


# %% wrong: a tie counts as won
def auc(scores, anomalous):
    return float((scores[anomalous][:, None] >= scores[~anomalous]).mean())


# %% wrong: upside down
def auc(scores, anomalous):
    anomalies, ordinary = scores[anomalous][:, None], scores[~anomalous]
    return float((anomalies < ordinary).mean() + (anomalies == ordinary).mean() / 2)


# %% wrong: the accuracy of one threshold, the mean
def auc(scores, anomalous):
    return float(((scores > scores.mean()) == anomalous).mean())


# %% wrong: the number of pairs
def auc(scores, anomalous):
    anomalies, ordinary = scores[anomalous][:, None], scores[~anomalous]
    return float((anomalies > ordinary).sum() + (anomalies == ordinary).sum() / 2)


# %% wrong: always the better side
def auc(scores, anomalous):
    anomalies, ordinary = scores[anomalous][:, None], scores[~anomalous]
    got = float((anomalies > ordinary).mean() + (anomalies == ordinary).mean() / 2)
    return max(got, 1 - got)


# %% right: by the sum of ranks, after Mann and Whitney
def auc(scores, anomalous):
    ordinary = np.sort(scores[~anomalous])
    below = np.searchsorted(ordinary, scores[anomalous], side="left")
    not_above = np.searchsorted(ordinary, scores[anomalous], side="right")
    return float((below + not_above).sum() / (2 * anomalous.sum() * (~anomalous).sum()))


# %% wrong: the scores that were handed over are sorted
def auc(scores, anomalous):
    order = np.argsort(scores)
    scores[:], anomalous[:] = scores[order], anomalous[order]
    anomalies, ordinary = scores[anomalous][:, None], scores[~anomalous]
    return float((anomalies > ordinary).mean() + (anomalies == ordinary).mean() / 2)
