# Stored answers to tokens-merge; `workshop lessons check` tries them.

# %% wrong: the first occurrence only
def merge(tokens, pair, new):
    for place in range(len(tokens) - 1):
        if (tokens[place], tokens[place + 1]) == pair:
            return tokens[:place] + [new] + tokens[place + 2 :]
    return list(tokens)


# %% wrong: from the right
def merge(tokens, pair, new):
    merged = []
    for token in reversed(tokens):
        if merged and (token, merged[-1]) == pair:
            merged[-1] = new
        else:
            merged.append(token)
    return merged[::-1]


# %% wrong: in either order
def merge(tokens, pair, new):
    merged = []
    for token in tokens:
        if merged and {merged[-1], token} == set(pair):
            merged[-1] = new
        else:
            merged.append(token)
    return merged


# %% wrong: the second token stays
def merge(tokens, pair, new):
    merged = list(tokens)
    for place in range(len(tokens) - 1):
        if (tokens[place], tokens[place + 1]) == pair:
            merged[place] = new
    return merged


# %% wrong: the list itself is changed
def merge(tokens, pair, new):
    place = 0
    while place < len(tokens) - 1:
        if (tokens[place], tokens[place + 1]) == pair:
            tokens[place : place + 2] = [new]
        place += 1
    return tokens


# %% right: by position
def merge(tokens, pair, new):
    merged, place = [], 0
    while place < len(tokens):
        if tuple(tokens[place : place + 2]) == tuple(pair):
            merged.append(new)
            place += 2
        else:
            merged.append(tokens[place])
            place += 1
    return merged
