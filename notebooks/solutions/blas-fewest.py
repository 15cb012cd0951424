def fewest(counts, speeds):
    """→ one of the counts"""
    means = np.exp(np.log(speeds).mean(axis=1))
    return min(count for count, mean in zip(counts, means) if mean >= 0.95 * max(means))
