def count_pairs(words, times):
    """Lists of tokens and how often each occurs → {(left, right): count}."""
    counts = Counter()
    for word, count in zip(words, times):
        for pair in pairwise(word):
            counts[pair] += count
    return counts
