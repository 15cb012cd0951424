def clipped(candidate, reference, n):
    """Lists of words, n: 1 to 4 → matching n-grams of candidate, all n-grams of candidate."""
    own = Counter(tuple(candidate[place : place + n]) for place in range(len(candidate) - n + 1))
    due = Counter(tuple(reference[place : place + n]) for place in range(len(reference) - n + 1))
    return sum((own & due).values()), sum(own.values())
