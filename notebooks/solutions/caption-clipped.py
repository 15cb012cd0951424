def clipped(said, wanted, n):
    """said, wanted: lists of words, n: 1 to 4 → n-grams of `said` that are wanted, all of `said`."""
    own = Counter(tuple(said[place : place + n]) for place in range(len(said) - n + 1))
    due = Counter(tuple(wanted[place : place + n]) for place in range(len(wanted) - n + 1))
    return sum((own & due).values()), sum(own.values())
