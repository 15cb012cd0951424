# Stored answers to found-precision; `workshop lessons check` tries them.

# %% wrong: the two are swapped
def precision_recall(claimed, true):
    both = sum(len(one & other) for one, other in zip(claimed, true))
    return both / max(1, sum(map(len, true))), both / max(1, sum(map(len, claimed)))


# %% wrong: the mean of the lines' own shares
def precision_recall(claimed, true):
    precision = [len(one & other) / len(one) for one, other in zip(claimed, true) if one]
    recall = [len(one & other) / len(other) for one, other in zip(claimed, true) if other]
    return float(np.mean(precision or [0.0])), float(np.mean(recall or [0.0]))


# %% wrong: by different words, not by claims
def precision_recall(claimed, true):
    predicted, wanted = set().union(*claimed), set().union(*true)
    return len(predicted & wanted) / max(1, len(predicted)), len(predicted & wanted) / max(1, len(wanted))


# %% right: never divides by 0
def precision_recall(claimed, true):
    both = sum(len(one.intersection(other)) for one, other in zip(claimed, true))
    return tuple(both / max(1, sum(len(each) for each in all_of)) for all_of in (claimed, true))
