def straight_through(soft):
    return soft + constant(hardest(soft) - soft)
