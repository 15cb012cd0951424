# Answers to gan-losses beside its solution; `workshop lessons check` tries them.

# %% wrong: the detective is paid for being wrong
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(of_real).mean() + T.nnet.softplus(-of_forged).mean()


def forger_loss(of_forged):
    return T.nnet.softplus(-of_forged).mean()


# %% wrong: the forger's loss is minus the detective's, which is flat where the forger loses
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(-of_real).mean() + T.nnet.softplus(of_forged).mean()


def forger_loss(of_forged):
    return -T.nnet.softplus(of_forged).mean()


# %% wrong: the forger wants to be caught
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(-of_real).mean() + T.nnet.softplus(of_forged).mean()


def forger_loss(of_forged):
    return T.nnet.softplus(of_forged).mean()


# %% wrong: sums instead of means
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(-of_real).sum() + T.nnet.softplus(of_forged).sum()


def forger_loss(of_forged):
    return T.nnet.softplus(-of_forged).sum()


# %% wrong: the forger pays for the mean score
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(-of_real).mean() + T.nnet.softplus(of_forged).mean()


def forger_loss(of_forged):
    return T.nnet.softplus(-of_forged.mean())


# %% wrong: a price for each point instead of one number
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(-of_real).mean() + T.nnet.softplus(of_forged).mean()


def forger_loss(of_forged):
    return T.nnet.softplus(-of_forged)


# %% wrong: a price for each pair of points
def detective_loss(of_real, of_forged):
    return T.nnet.softplus(-of_real) + T.nnet.softplus(of_forged)


def forger_loss(of_forged):
    return T.nnet.softplus(-of_forged).mean()


# %% right: by the logarithm of the probability
def detective_loss(of_real, of_forged):
    real, forged = T.nnet.sigmoid(of_real), T.nnet.sigmoid(of_forged)
    return -T.log(real).mean() - T.log(1 - forged).mean()


def forger_loss(of_forged):
    return -T.log(T.nnet.sigmoid(of_forged)).mean()
