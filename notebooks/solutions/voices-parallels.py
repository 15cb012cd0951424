def parallels(score):
    """score: (steps, 4) → True or False for each step to the next, (steps − 1,)."""
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        moved_one, moved_other = np.diff(score[:, one]), np.diff(score[:, other])
        interval = np.abs(score[:, one] - score[:, other]) % 12
        same = (interval[1:] == interval[:-1]) & np.isin(interval[:-1], (0, 7))
        found |= same & (moved_one * moved_other > 0)
    return found
