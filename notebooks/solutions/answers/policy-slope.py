# Answers to policy-slope beside its solution; `workshop lessons check` tries them.

# %% wrong: the action's score is pushed down
def slope_of_log(scores, actions):
    return shares_of(scores) - np.eye(len(scores))[actions]


# %% wrong: only the score of the action taken counts
def slope_of_log(scores, actions):
    return np.eye(len(scores))[actions]


# %% wrong: the slope of the probability, not of its logarithm
def slope_of_log(scores, actions):
    shares = shares_of(scores)
    return shares[actions][:, None] * (np.eye(len(scores))[actions] - shares)


# %% wrong: the scores themselves are taken away, not their shares
def slope_of_log(scores, actions):
    return np.eye(len(scores))[actions] - scores


# %% right: each action by itself
def slope_of_log(scores, actions):
    rows = []
    for action in actions:
        row = -shares_of(scores)
        row[action] += 1
        rows.append(row)
    return np.array(rows)
