def top_p(probabilities, p):
    """probabilities: (vocabulary) → the same, set to 0 outside the nucleus and renormalised to sum to 1."""
    ordered, places = probabilities.sort(descending=True)
    before = ordered.cumsum(dim=0) - ordered
    kept = torch.zeros_like(probabilities)
    kept[places] = ordered * (before < p)
    return kept / kept.sum()
