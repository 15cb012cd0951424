def accusing(of_noise, of_squeezed):
    """The discriminator's logits of noise and of digits' numbers, two vectors → its loss."""
    return discriminator_loss(of_noise, of_squeezed)


def fooling(of_squeezed):
    """→ the encoder's loss"""
    return generator_loss(of_squeezed)
