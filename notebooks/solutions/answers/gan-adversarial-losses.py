# Stored answers to gan-adversarial-losses; `workshop lessons check` tries them.

# %% wrong: digits' numbers are real, as in the lesson before
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(noise_logits).mean() + T.nnet.softplus(-code_logits).mean()


def encoder_loss(code_logits):
    return T.nnet.softplus(code_logits).mean()


# %% wrong: the discriminator is paid for being wrong
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(noise_logits).mean() + T.nnet.softplus(-code_logits).mean()


def encoder_loss(code_logits):
    return T.nnet.softplus(-code_logits).mean()


# %% wrong: the encoder's loss is minus the discriminator's, which is flat where the encoder loses
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(-noise_logits).mean() + T.nnet.softplus(code_logits).mean()


def encoder_loss(code_logits):
    return -T.nnet.softplus(code_logits).mean()


# %% wrong: the encoder wants to be caught
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(-noise_logits).mean() + T.nnet.softplus(code_logits).mean()


def encoder_loss(code_logits):
    return T.nnet.softplus(code_logits).mean()


# %% wrong: sums instead of means
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(-noise_logits).sum() + T.nnet.softplus(code_logits).sum()


def encoder_loss(code_logits):
    return T.nnet.softplus(-code_logits).sum()


# %% wrong: the encoder pays for the mean score
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(-noise_logits).mean() + T.nnet.softplus(code_logits).mean()


def encoder_loss(code_logits):
    return T.nnet.softplus(-code_logits.mean())


# %% wrong: the two are swapped, by name
def code_discriminator_loss(noise_logits, code_logits):
    return discriminator_loss(code_logits, noise_logits)


def encoder_loss(code_logits):
    return generator_loss(code_logits)


# %% wrong: a price for each of the encoder's numbers instead of one number
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(-noise_logits).mean() + T.nnet.softplus(code_logits).mean()


def encoder_loss(code_logits):
    return T.nnet.softplus(-code_logits)


# %% right: written out
def code_discriminator_loss(noise_logits, code_logits):
    return T.nnet.softplus(-noise_logits).mean() + T.nnet.softplus(code_logits).mean()


def encoder_loss(code_logits):
    return T.nnet.softplus(-code_logits).mean()


# %% right: by the logarithm of the probability
def code_discriminator_loss(noise_logits, code_logits):
    real, forged = T.nnet.sigmoid(noise_logits), T.nnet.sigmoid(code_logits)
    return -T.log(real).mean() - T.log(1 - forged).mean()


def encoder_loss(code_logits):
    return -T.log(T.nnet.sigmoid(code_logits)).mean()
