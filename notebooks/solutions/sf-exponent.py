def exponent(sizes, losses):
    """The slope of ln loss against ln size, as a number."""
    return float(np.polyfit(np.log(sizes), np.log(losses), 1)[0])
