def warm(logits, temperature):
    odds = np.exp((logits - logits.max()) / temperature)
    return odds / odds.sum()
