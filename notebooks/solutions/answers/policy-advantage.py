# Answers to policy-advantage beside its solution; `workshop lessons check` tries them.

# %% wrong: the surprise is upside down
def advantages(rewards, over, values, last, discount, blend):
    after = np.vstack([values[1:], last])
    surprises = values - rewards - discount * after * (1 - over)
    return to_go(surprises, over, np.zeros_like(last), discount * blend)


# %% wrong: the critic is asked about the next game
def advantages(rewards, over, values, last, discount, blend):
    after = np.vstack([values[1:], last])
    surprises = rewards + discount * after - values
    return to_go(surprises, over, np.zeros_like(last), discount * blend)


# %% wrong: the critic's last guess counts twice
def advantages(rewards, over, values, last, discount, blend):
    after = np.vstack([values[1:], last])
    surprises = rewards + discount * after * (1 - over) - values
    return to_go(surprises, over, last, discount * blend)


# %% wrong: later surprises are blended, but not discounted
def advantages(rewards, over, values, last, discount, blend):
    after = np.vstack([values[1:], last])
    surprises = rewards + discount * after * (1 - over) - values
    return to_go(surprises, over, np.zeros_like(last), blend)


# %% wrong: what came, without what was expected
def advantages(rewards, over, values, last, discount, blend):
    return to_go(rewards, over, last, discount * blend)


# %% right: a loop from behind
def advantages(rewards, over, values, last, discount, blend):
    better = np.zeros(rewards.shape)
    later, after = np.zeros(len(last)), last
    for step in range(len(rewards) - 1, -1, -1):
        goes_on = ~over[step]
        surprise = rewards[step] + discount * after * goes_on - values[step]
        later = surprise + discount * blend * goes_on * later
        better[step] = later
        after = values[step]
    return better


# %% wrong: the rewards that were handed over become surprises
def advantages(rewards, over, values, last, discount, blend):
    rewards += discount * np.vstack([values[1:], last]) * (1 - over) - values
    return to_go(rewards, over, np.zeros_like(last), discount * blend)
