def encode_word(tokens, merges):
    """A word's bytes, as a list, and the merges, a list of pairs → the word's tokens."""
    for number, pair in enumerate(merges):
        tokens = merge(tokens, pair, 256 + number)
    return tokens
