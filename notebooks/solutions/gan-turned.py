def accusing(of_noise, of_squeezed):
    """The detective's scores of noise and of digits' numbers, two vectors → its loss."""
    return detective_loss(of_noise, of_squeezed)


def fooling(of_squeezed):
    """→ the encoder's loss"""
    return forger_loss(of_squeezed)
