# Answers to policy-slope beside its solution; `workshop lessons check` tries them.

# %% wrong: the gradient has the wrong sign
def grad_log_prob(scores, actions):
    return softmax(scores) - np.eye(len(scores))[actions]


# %% wrong: only the score of the action taken counts
def grad_log_prob(scores, actions):
    return np.eye(len(scores))[actions]


# %% wrong: the gradient of the probability, not of its logarithm
def grad_log_prob(scores, actions):
    probabilities = softmax(scores)
    return probabilities[actions][:, None] * (np.eye(len(scores))[actions] - probabilities)


# %% wrong: subtracts the scores, not their probabilities
def grad_log_prob(scores, actions):
    return np.eye(len(scores))[actions] - scores


# %% right: each action by itself
def grad_log_prob(scores, actions):
    rows = []
    for action in actions:
        row = -softmax(scores)
        row[action] += 1
        rows.append(row)
    return np.array(rows)
