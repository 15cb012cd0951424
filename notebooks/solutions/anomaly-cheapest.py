def cheapest(normal, anomalous, alarm, miss, fraction):
    """normal and anomalous: the scores of these images, (n,) and (m,) → a threshold."""
    lines = np.concatenate([[-np.inf], np.sort(np.concatenate([normal, anomalous]))])
    alarms = 1 - np.searchsorted(np.sort(normal), lines, side="right") / len(normal)
    missed = np.searchsorted(np.sort(anomalous), lines, side="right") / len(anomalous)
    return lines[((1 - fraction) * alarm * alarms + fraction * miss * missed).argmin()]
