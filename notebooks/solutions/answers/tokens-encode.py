# Stored answers to tokens-encode; `workshop lessons check` tries them.

# %% wrong: the last merge first
def encode_word(tokens, merges):
    for number, pair in reversed(list(enumerate(merges))):
        tokens = merge(tokens, pair, 256 + number)
    return tokens


# %% wrong: tokens are numbered from 0
def encode_word(tokens, merges):
    for number, pair in enumerate(merges):
        tokens = merge(tokens, pair, number)
    return tokens


# %% wrong: the leftmost pair first
def encode_word(tokens, merges):
    tokens, place = list(tokens), 0
    while place < len(tokens) - 1:
        pair = tokens[place], tokens[place + 1]
        if pair in merges:
            tokens[place : place + 2] = [256 + merges.index(pair)]
            place = 0
        else:
            place += 1
    return tokens


# %% wrong: only pairs of bytes
def encode_word(tokens, merges):
    for number, pair in enumerate(merges):
        if max(pair) < 256:
            tokens = merge(tokens, pair, 256 + number)
    return tokens


# %% right: look for the earliest merge that fits
def encode_word(tokens, merges):
    rank = {pair: number for number, pair in enumerate(merges)}
    while known := [pair for pair in zip(tokens, tokens[1:]) if pair in rank]:
        first = min(known, key=rank.get)
        tokens = merge(tokens, first, 256 + rank[first])
    return tokens
