def confidence(logits, tokens):
    """logits: (n, vocabulary), tokens: (n) → the probability of the whole answer, a number."""
    each = logits.log_softmax(dim=-1).gather(1, tokens[:, None])
    return float(each.sum().exp())
