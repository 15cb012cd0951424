# Answers to policy-to-go beside its solution; `workshop lessons check` tries them.

# %% wrong: the end of a game is not seen
def to_go(rewards, over, last, discount):
    worth, later = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        later = rewards[step] + discount * later
        worth[step] = later
    return worth


# %% wrong: nothing comes behind the last step
def to_go(rewards, over, last, discount):
    worth, later = np.zeros(rewards.shape), np.zeros(len(last))
    for step in reversed(range(len(rewards))):
        later = rewards[step] + discount * later * (1 - over[step])
        worth[step] = later
    return worth


# %% wrong: a step's own reward is discounted, too
def to_go(rewards, over, last, discount):
    worth, later = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        later = discount * (rewards[step] + later * (1 - over[step]))
        worth[step] = later
    return worth


# %% wrong: the reward of the last step of a game is cut off with what follows
def to_go(rewards, over, last, discount):
    worth, later = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        later = (rewards[step] + discount * later) * (1 - over[step])
        worth[step] = later
    return worth


# %% wrong: from the first step to the last, what came before
def to_go(rewards, over, last, discount):
    worth, later = np.zeros(rewards.shape), last
    for step in range(len(rewards)):
        later = rewards[step] + discount * later * (1 - over[step])
        worth[step] = later
    return worth


# %% right: each step looks ahead for itself
def to_go(rewards, over, last, discount):
    steps = len(rewards)
    worth = np.zeros(rewards.shape)
    for start in range(steps):
        factor = np.ones(len(last))
        for step in range(start, steps):
            worth[start] += factor * rewards[step]
            factor = np.where(over[step], 0, discount * factor)
        worth[start] += factor * last
    return worth


# %% wrong: a list of rows, with which no later cell can reckon
def to_go(rewards, over, last, discount):
    worth = []
    for paid, ended in zip(rewards[::-1], over[::-1]):
        last = paid + discount * last * (1 - ended)
        worth.insert(0, last)
    return worth


# %% wrong: what comes after the last step is changed in place
def to_go(rewards, over, last, discount):
    worth = np.zeros(rewards.shape)
    for step in reversed(range(len(rewards))):
        last *= discount * (1 - over[step])
        last += rewards[step]
        worth[step] = last
    return worth
