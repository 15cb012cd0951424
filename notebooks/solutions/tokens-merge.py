def merge(tokens, pair, new):
    """A list of tokens → a new list with each occurrence of pair replaced by the token new."""
    merged = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] = new
        else:
            merged.append(token)
    return merged
