# Answers to policy-loss beside its solution; `workshop lessons check` tries them.

# %% wrong: uphill, as if Theano went up
def policy_loss(log_pi, actions, advantage):
    return (log_pi[T.arange(actions.shape[0]), actions] * advantage).mean()


# %% wrong: the sum of all, which grows with the number of games
def policy_loss(log_pi, actions, advantage):
    return -(log_pi[T.arange(actions.shape[0]), actions] * advantage).sum()


# %% wrong: the probability instead of its logarithm
def policy_loss(log_pi, actions, advantage):
    return -(T.exp(log_pi)[T.arange(actions.shape[0]), actions] * advantage).mean()


# %% wrong: every action is weighted, taken or not
def policy_loss(log_pi, actions, advantage):
    return -(log_pi * advantage.dimshuffle(0, "x")).mean()


# %% wrong: one loss per state
def policy_loss(log_pi, actions, advantage):
    return -log_pi[T.arange(actions.shape[0]), actions] * advantage


# %% wrong: divided by the two games of the example
def policy_loss(log_pi, actions, advantage):
    taken = log_pi[T.arange(actions.shape[0]), actions]
    return -(taken * advantage).sum() / 2


# %% right: by a mask of the actions taken
def policy_loss(log_pi, actions, advantage):
    mask = T.eq(T.arange(log_pi.shape[1]).dimshuffle("x", 0), actions.dimshuffle(0, "x"))
    return -((mask * log_pi).sum(axis=1) * advantage).mean()
