def top_k(logits, temperature, k):
    """logits: (vocabulary) → probabilities (vocabulary), 0 for all but k tokens."""
    smallest = logits.topk(k).values[-1]
    return (logits / temperature).masked_fill(logits < smallest, -torch.inf).softmax(dim=-1)
