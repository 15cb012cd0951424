def cheapest(normal, odd, alarm, miss, rare):
    """normal and odd: the scores of normal and odd pictures, (n,) and (m,) → a threshold."""
    lines = np.concatenate([[-np.inf], np.sort(np.concatenate([normal, odd]))])
    alarms = 1 - np.searchsorted(np.sort(normal), lines, side="right") / len(normal)
    missed = np.searchsorted(np.sort(odd), lines, side="right") / len(odd)
    return lines[((1 - rare) * alarm * alarms + rare * miss * missed).argmin()]
