# Stored answers to mu-threshold; `workshop lessons check` tries them.

# %% wrong: it stops at the first fall of the accuracy
def threshold(sure, hits, wanted):
    best = max(sure)
    for each in sorted(sure)[::-1]:
        if hits[sure >= each].mean() < wanted:
            break
        best = each
    return best


# %% wrong: the largest that reaches it
def threshold(sure, hits, wanted):
    return max(each for each in sure if hits[sure >= each].mean() >= wanted)


# %% wrong: right answers among all questions
def threshold(sure, hits, wanted):
    return max(each for each in sure if (hits & (sure >= each)).mean() >= wanted * hits.mean())


# %% wrong: a quantile of the confidences
def threshold(sure, hits, wanted):
    return np.sort(sure)[int(wanted * len(sure))]


# %% wrong: the least sure of the right answers
def threshold(sure, hits, wanted):
    return sure[hits].min() if wanted > 0.5 else sure.min()


# %% wrong: those below the threshold
def threshold(sure, hits, wanted):
    return min(each for each in sure if hits[sure <= each].mean() <= wanted)


# %% right: sorted and summed
def threshold(sure, hits, wanted):
    order = np.argsort(-sure)
    accuracy = np.cumsum(hits[order]) / np.arange(1, len(sure) + 1)
    return sure[order][np.flatnonzero(accuracy >= wanted)[-1]]
