# Answers to deep-join beside its solution; `workshop lessons check` tries them.

# %% wrong: the plus sign stands behind the relu
def join(plus, around, said):
    return plus * around + T.nnet.relu(said)


# %% wrong: no relu at all
def join(plus, around, said):
    return plus * around + said


# %% wrong: always residual
def join(plus, around, said):
    return T.nnet.relu(around + said)


# %% wrong: what came in is forgotten
def join(plus, around, said):
    return T.nnet.relu(said)


# %% wrong: the switch is on the wrong way
def join(plus, around, said):
    return T.nnet.relu(around + plus * said)


# %% wrong: all or nothing
def join(plus, around, said):
    return T.nnet.relu(T.switch(T.gt(plus, 0), around, 0) + said)


# %% right: the larger of the sum and 0
def join(plus, around, said):
    return T.maximum(said + plus * around, 0)
