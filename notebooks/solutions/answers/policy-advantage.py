# Answers to policy-advantage beside its solution; `workshop lessons check` tries them.

# %% wrong: the TD error has the wrong sign
def advantages(rewards, over, values, last, discount, lam):
    next_values = np.vstack([values[1:], last])
    td_errors = values - rewards - discount * next_values * (1 - over)
    return to_go(td_errors, over, np.zeros_like(last), discount * lam)


# %% wrong: uses the value estimate of the next game
def advantages(rewards, over, values, last, discount, lam):
    next_values = np.vstack([values[1:], last])
    td_errors = rewards + discount * next_values - values
    return to_go(td_errors, over, np.zeros_like(last), discount * lam)


# %% wrong: the last value estimate counts twice
def advantages(rewards, over, values, last, discount, lam):
    next_values = np.vstack([values[1:], last])
    td_errors = rewards + discount * next_values * (1 - over) - values
    return to_go(td_errors, over, last, discount * lam)


# %% wrong: later TD errors are weighted by lam, but not discounted
def advantages(rewards, over, values, last, discount, lam):
    next_values = np.vstack([values[1:], last])
    td_errors = rewards + discount * next_values * (1 - over) - values
    return to_go(td_errors, over, np.zeros_like(last), lam)


# %% wrong: returns instead of advantages
def advantages(rewards, over, values, last, discount, lam):
    return to_go(rewards, over, last, discount * lam)


# %% right: a loop from the last step back
def advantages(rewards, over, values, last, discount, lam):
    advantage = np.zeros(rewards.shape)
    later, next_values = np.zeros(len(last)), last
    for step in range(len(rewards) - 1, -1, -1):
        goes_on = ~over[step]
        td_error = rewards[step] + discount * next_values * goes_on - values[step]
        later = td_error + discount * lam * goes_on * later
        advantage[step] = later
        next_values = values[step]
    return advantage


# %% wrong: the rewards themselves are overwritten
def advantages(rewards, over, values, last, discount, lam):
    rewards += discount * np.vstack([values[1:], last]) * (1 - over) - values
    return to_go(rewards, over, np.zeros_like(last), discount * lam)
