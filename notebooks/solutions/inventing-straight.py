def straight_through(soft):
    return soft + theano.gradient.disconnected_grad(gan.hardest(soft) - soft)
