# Answers to shakespeare-remember beside its solution; `workshop lessons check` tries them.

# %% wrong: without tanh
def remember(told, h, U):
    return told + T.dot(h, U)


# %% wrong: the matrix the other way round
def remember(told, h, U):
    return T.tanh(told + T.dot(h, U.T))


# %% wrong: only the old state is squeezed
def remember(told, h, U):
    return told + T.tanh(T.dot(h, U))


# %% wrong: nothing is remembered
def remember(told, h, U):
    return T.tanh(told)


# %% wrong: a gate's function
def remember(told, h, U):
    return T.nnet.sigmoid(told + T.dot(h, U))


# %% right: tanh by the sigmoid, transposed and back
def remember(told, h, U):
    return 2 * T.nnet.sigmoid(2 * (told.T + T.dot(U.T, h.T)).T) - 1
