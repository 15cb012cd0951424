def distance(found, wanted):
    return ((found - wanted) ** 2).sum() / (wanted**2).sum()
