# Stored answers to gan-two-losses; `workshop lessons check` tries them.

# %% wrong: the discriminator is rewarded for errors
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(real_logits).mean() + T.nnet.softplus(-fake_logits).mean()


def generator_loss(fake_logits):
    return T.nnet.softplus(-fake_logits).mean()


# %% wrong: the generator's loss is minus the discriminator's, which is flat where the generator loses
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(-real_logits).mean() + T.nnet.softplus(fake_logits).mean()


def generator_loss(fake_logits):
    return -T.nnet.softplus(fake_logits).mean()


# %% wrong: the generator wants to be caught
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(-real_logits).mean() + T.nnet.softplus(fake_logits).mean()


def generator_loss(fake_logits):
    return T.nnet.softplus(fake_logits).mean()


# %% wrong: sums instead of means
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(-real_logits).sum() + T.nnet.softplus(fake_logits).sum()


def generator_loss(fake_logits):
    return T.nnet.softplus(-fake_logits).sum()


# %% wrong: the generator is judged by the mean logit
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(-real_logits).mean() + T.nnet.softplus(fake_logits).mean()


def generator_loss(fake_logits):
    return T.nnet.softplus(-fake_logits.mean())


# %% wrong: a loss for each point instead of one number
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(-real_logits).mean() + T.nnet.softplus(fake_logits).mean()


def generator_loss(fake_logits):
    return T.nnet.softplus(-fake_logits)


# %% wrong: a loss for each pair of points
def discriminator_loss(real_logits, fake_logits):
    return T.nnet.softplus(-real_logits) + T.nnet.softplus(fake_logits)


def generator_loss(fake_logits):
    return T.nnet.softplus(-fake_logits).mean()


# %% right: by the logarithm of the probability
def discriminator_loss(real_logits, fake_logits):
    real, fake = T.nnet.sigmoid(real_logits), T.nnet.sigmoid(fake_logits)
    return -T.log(real).mean() - T.log(1 - fake).mean()


def generator_loss(fake_logits):
    return -T.log(T.nnet.sigmoid(fake_logits)).mean()
