def answer_log_probabilities(logits, tokens, mask):
    """logits: (batch, n, vocabulary), tokens and mask: (batch, n) → (batch) ln p of each answer."""
    log_p = logits[:, :-1].log_softmax(dim=-1)  # the outputs at place t predict token t + 1
    came = log_p.gather(-1, tokens[:, 1:, None])[..., 0]
    return (came * mask[:, 1:]).sum(dim=1)
