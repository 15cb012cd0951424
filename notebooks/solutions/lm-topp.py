def top_p(probabilities, p):
    """probabilities: (vocabulary) → the same, 0 outside the nucleus, with the sum 1."""
    ordered, places = probabilities.sort(descending=True)
    before = ordered.cumsum(dim=0) - ordered
    kept = torch.zeros_like(probabilities)
    kept[places] = ordered * (before < p)
    return kept / kept.sum()
