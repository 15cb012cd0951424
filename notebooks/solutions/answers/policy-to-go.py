# Answers to policy-to-go beside its solution; `workshop lessons check` tries them.

# %% wrong: the end of a game is ignored
def to_go(rewards, over, last, discount):
    returns, later = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        later = rewards[step] + discount * later
        returns[step] = later
    return returns


# %% wrong: `last` is ignored
def to_go(rewards, over, last, discount):
    returns, later = np.zeros(rewards.shape), np.zeros(len(last))
    for step in reversed(range(len(rewards))):
        later = rewards[step] + discount * later * (1 - over[step])
        returns[step] = later
    return returns


# %% wrong: a step's own reward is discounted, too
def to_go(rewards, over, last, discount):
    returns, later = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        later = discount * (rewards[step] + later * (1 - over[step]))
        returns[step] = later
    return returns


# %% wrong: the reward of the last step of a game is cut off with what follows
def to_go(rewards, over, last, discount):
    returns, later = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        later = (rewards[step] + discount * later) * (1 - over[step])
        returns[step] = later
    return returns


# %% wrong: from the first step to the last, what came before
def to_go(rewards, over, last, discount):
    returns, later = np.zeros(rewards.shape), last
    for step in range(len(rewards)):
        later = rewards[step] + discount * later * (1 - over[step])
        returns[step] = later
    return returns


# %% right: each step looks ahead for itself
def to_go(rewards, over, last, discount):
    steps = len(rewards)
    returns = np.zeros(rewards.shape)
    for start in range(steps):
        factor = np.ones(len(last))
        for step in range(start, steps):
            returns[start] += factor * rewards[step]
            factor = np.where(over[step], 0, discount * factor)
        returns[start] += factor * last
    return returns


# %% wrong: a list of rows, with which later cells cannot compute
def to_go(rewards, over, last, discount):
    returns = []
    for paid, ended in zip(rewards[::-1], over[::-1]):
        last = paid + discount * last * (1 - ended)
        returns.insert(0, last)
    return returns


# %% wrong: what comes after the last step is changed in place
def to_go(rewards, over, last, discount):
    returns = np.zeros(rewards.shape)
    for step in reversed(range(len(rewards))):
        last *= discount * (1 - over[step])
        last += rewards[step]
        returns[step] = last
    return returns
