def nats_a_character(logits, targets, lengths):
    """The loss of these targets, as a number: the total in nats, divided by their characters."""
    total = F.cross_entropy(logits, targets, reduction="sum")
    return float(total / lengths[targets].sum())
