# Stored answers to voices-weave; `workshop lessons check` tries them.

# %% wrong: in the order of the columns
def weave(score):
    return score.reshape(-1)


# %% wrong: voice after voice
def weave(score):
    return score[:, [0, 3, 1, 2]].T.reshape(-1)


# %% wrong: the bass last, as it is lowest
def weave(score):
    return score[:, [0, 2, 1, 3]].reshape(-1)


# %% wrong: the bass first
def weave(score):
    return score[:, ::-1].reshape(-1)


# %% right: beat by beat
def weave(score):
    row = []
    for soprano, alto, tenor, bass in score:
        row += [soprano, bass, alto, tenor]
    return np.array(row)


# %% wrong: the score that was handed over is put into another order
def weave(score):
    score[:] = score[:, [0, 3, 1, 2]]
    return score.flatten()
