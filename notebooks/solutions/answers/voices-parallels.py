# Stored answers to voices-parallels; `workshop lessons check` tries them.

# %% wrong: a fifth that stays where it is counts as well


def parallels(score):
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        interval = np.abs(score[:, one] - score[:, other]) % 12
        found |= (interval[1:] == interval[:-1]) & np.isin(interval[:-1], (0, 7))
    return found


# %% wrong: any interval that is kept, thirds and sixths included


def parallels(score):
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        moved_one, moved_other = np.diff(score[:, one]), np.diff(score[:, other])
        interval = np.abs(score[:, one] - score[:, other]) % 12
        found |= (interval[1:] == interval[:-1]) & (moved_one * moved_other > 0)
    return found


# %% wrong: fifths only, and the octaves are forgotten


def parallels(score):
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        moved_one, moved_other = np.diff(score[:, one]), np.diff(score[:, other])
        interval = np.abs(score[:, one] - score[:, other]) % 12
        found |= (interval[1:] == 7) & (interval[:-1] == 7) & (moved_one * moved_other > 0)
    return found


# %% wrong: from one perfect interval to another one


def parallels(score):
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        moved_one, moved_other = np.diff(score[:, one]), np.diff(score[:, other])
        interval = np.abs(score[:, one] - score[:, other]) % 12
        perfect = np.isin(interval, (0, 7))
        found |= perfect[1:] & perfect[:-1] & (moved_one * moved_other > 0)
    return found


# %% wrong: contrary motion counts as well


def parallels(score):
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        moved_one, moved_other = np.diff(score[:, one]), np.diff(score[:, other])
        interval = np.abs(score[:, one] - score[:, other]) % 12
        same = (interval[1:] == interval[:-1]) & np.isin(interval[:-1], (0, 7))
        found |= same & (moved_one != 0) & (moved_other != 0)
    return found


# %% right: step by step
def parallels(score):
    found = []
    for old, new in zip(score[:-1], score[1:]):
        bad = False
        for one in range(4):
            for other in range(one):
                before = abs(old[one] - old[other]) % 12
                after = abs(new[one] - new[other]) % 12
                up = new[one] > old[one] and new[other] > old[other]
                down = new[one] < old[one] and new[other] < old[other]
                bad = bad or (before == after and before in (0, 7) and (up or down))
        found.append(bad)
    return np.array(found)


# %% wrong: a list of True and False
def parallels(score):
    found = np.zeros(len(score) - 1, bool)
    for one, other in itertools.combinations(range(4), 2):
        moves = np.diff(score[:, one]) * np.diff(score[:, other])
        interval = np.abs(score[:, one] - score[:, other]) % 12
        found |= (interval[1:] == interval[:-1]) & np.isin(interval[:-1], (0, 7)) & (moves > 0)
    return found.tolist()
