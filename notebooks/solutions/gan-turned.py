def accusing(of_noise, of_squeezed):
    """The detective's scores of noise and of digits' numbers, two vectors → its loss."""
    return T.nnet.softplus(-of_noise).mean() + T.nnet.softplus(of_squeezed).mean()


def fooling(of_squeezed):
    """→ the encoder's loss"""
    return T.nnet.softplus(-of_squeezed).mean()
