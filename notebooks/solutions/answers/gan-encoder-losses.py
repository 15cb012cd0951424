# Answers to gan-encoder-losses beside its solution; `workshop lessons check` tries them.

# %% wrong: digits' numbers are real, as in the lesson before
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(of_noise).mean() + T.nnet.softplus(-of_squeezed).mean()


def fooling(of_squeezed):
    return T.nnet.softplus(of_squeezed).mean()


# %% wrong: the discriminator is paid for being wrong
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(of_noise).mean() + T.nnet.softplus(-of_squeezed).mean()


def fooling(of_squeezed):
    return T.nnet.softplus(-of_squeezed).mean()


# %% wrong: the encoder's loss is minus the discriminator's, which is flat where the encoder loses
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(-of_noise).mean() + T.nnet.softplus(of_squeezed).mean()


def fooling(of_squeezed):
    return -T.nnet.softplus(of_squeezed).mean()


# %% wrong: the encoder wants to be caught
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(-of_noise).mean() + T.nnet.softplus(of_squeezed).mean()


def fooling(of_squeezed):
    return T.nnet.softplus(of_squeezed).mean()


# %% wrong: sums instead of means
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(-of_noise).sum() + T.nnet.softplus(of_squeezed).sum()


def fooling(of_squeezed):
    return T.nnet.softplus(-of_squeezed).sum()


# %% wrong: the encoder pays for the mean score
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(-of_noise).mean() + T.nnet.softplus(of_squeezed).mean()


def fooling(of_squeezed):
    return T.nnet.softplus(-of_squeezed.mean())


# %% wrong: the two are swapped, by name
def accusing(of_noise, of_squeezed):
    return discriminator_loss(of_squeezed, of_noise)


def fooling(of_squeezed):
    return generator_loss(of_squeezed)


# %% wrong: a price for each of the encoder's numbers instead of one number
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(-of_noise).mean() + T.nnet.softplus(of_squeezed).mean()


def fooling(of_squeezed):
    return T.nnet.softplus(-of_squeezed)


# %% right: written out
def accusing(of_noise, of_squeezed):
    return T.nnet.softplus(-of_noise).mean() + T.nnet.softplus(of_squeezed).mean()


def fooling(of_squeezed):
    return T.nnet.softplus(-of_squeezed).mean()


# %% right: by the logarithm of the probability
def accusing(of_noise, of_squeezed):
    real, forged = T.nnet.sigmoid(of_noise), T.nnet.sigmoid(of_squeezed)
    return -T.log(real).mean() - T.log(1 - forged).mean()


def fooling(of_squeezed):
    return -T.log(T.nnet.sigmoid(of_squeezed)).mean()
