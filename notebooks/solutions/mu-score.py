def score(hits, refused, penalty):
    """Arrays of booleans, and what a wrong answer costs → the mean number of points."""
    wrong = ~hits & ~refused
    return hits.mean() - penalty * wrong.mean()
