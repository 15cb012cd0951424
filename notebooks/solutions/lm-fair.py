def nats_a_character(logits, targets, lengths):
    """The loss on these targets, as a number: total nats divided by their number of characters."""
    total = F.cross_entropy(logits, targets, reduction="sum")
    return float(total / lengths[targets].sum())
