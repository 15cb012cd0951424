def code_discriminator_loss(noise_logits, code_logits):
    """The discriminator's logits of noise and of digits' codes, two vectors → its loss."""
    return discriminator_loss(noise_logits, code_logits)


def encoder_loss(code_logits):
    """The discriminator's logits of digits' codes → the encoder's loss."""
    return generator_loss(code_logits)
