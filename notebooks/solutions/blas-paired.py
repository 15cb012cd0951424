def paired(some, others):
    """→ the lower quartile, the median and the upper quartile of the ratios"""
    return np.percentile(some / others, (25, 50, 75))
