def discriminator_loss(real_logits, fake_logits):
    """The logits of real and generated points, two vectors → one number."""
    return T.nnet.softplus(-real_logits).mean() + T.nnet.softplus(fake_logits).mean()


def generator_loss(fake_logits):
    """The logits of generated points, a vector → one number."""
    return T.nnet.softplus(-fake_logits).mean()
