def detective_loss(of_real, of_forged):
    """The detective's scores of real and of forged points, two vectors → one number."""
    return T.nnet.softplus(-of_real).mean() + T.nnet.softplus(of_forged).mean()


def forger_loss(of_forged):
    """The detective's scores of forged points, a vector → one number."""
    return T.nnet.softplus(-of_forged).mean()
