def effective_classes(labels):
    """labels: (n,) of whole numbers, 0 or more → a number, 1 or more."""
    fractions = np.bincount(labels) / len(labels)
    fractions = fractions[fractions > 0]
    return float(np.exp(-(fractions * np.log(fractions)).sum()))
