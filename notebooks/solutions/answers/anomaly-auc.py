# Answers to anomaly-auc beside its solution; `workshop lessons check` tries them.

# %% wrong: a tie counts nothing
def auc(scores, odd):
    return float((scores[odd][:, None] > scores[~odd]).mean())


# %% wrong: a tie counts as won
def auc(scores, odd):
    return float((scores[odd][:, None] >= scores[~odd]).mean())


# %% wrong: upside down
def auc(scores, odd):
    strange, calm = scores[odd][:, None], scores[~odd]
    return float((strange < calm).mean() + (strange == calm).mean() / 2)


# %% wrong: the accuracy of one threshold, the mean
def auc(scores, odd):
    return float(((scores > scores.mean()) == odd).mean())


# %% wrong: the number of pairs
def auc(scores, odd):
    strange, calm = scores[odd][:, None], scores[~odd]
    return float((strange > calm).sum() + (strange == calm).sum() / 2)


# %% wrong: always the better side
def auc(scores, odd):
    strange, calm = scores[odd][:, None], scores[~odd]
    got = float((strange > calm).mean() + (strange == calm).mean() / 2)
    return max(got, 1 - got)


# %% right: by the sum of ranks, after Mann and Whitney
def auc(scores, odd):
    calm = np.sort(scores[~odd])
    below = np.searchsorted(calm, scores[odd], side="left")
    not_above = np.searchsorted(calm, scores[odd], side="right")
    return float((below + not_above).sum() / (2 * odd.sum() * (~odd).sum()))


# %% wrong: the scores that were handed over are sorted
def auc(scores, odd):
    order = np.argsort(scores)
    scores[:], odd[:] = scores[order], odd[order]
    strange, calm = scores[odd][:, None], scores[~odd]
    return float((strange > calm).mean() + (strange == calm).mean() / 2)
