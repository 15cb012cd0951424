# Stored answers to tokens-decode; `workshop lessons check` tries them.

# %% wrong: each token becomes text by itself
def decode(tokens, merges):
    spelled = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    return "".join(spelled[token].decode(errors="replace") for token in tokens)


# %% wrong: broken bytes are dropped
def decode(tokens, merges):
    spelled = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    return b"".join(spelled[token] for token in tokens).decode(errors="ignore")


# %% wrong: right before left
def decode(tokens, merges):
    spelled = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        spelled.append(spelled[right] + spelled[left])
    return b"".join(spelled[token] for token in tokens).decode(errors="replace")


# %% wrong: bytes instead of text
def decode(tokens, merges):
    spelled = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    return b"".join(spelled[token] for token in tokens)


# %% wrong: a byte is taken for a character
def decode(tokens, merges):
    spelled = [chr(byte) for byte in range(256)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    return "".join(spelled[token] for token in tokens)


# %% right: undo the merges, the last one first
def decode(tokens, merges):
    tokens = list(tokens)
    for number in reversed(range(len(merges))):
        opened = []
        for token in tokens:
            opened += merges[number] if token == 256 + number else [token]
        tokens = opened
    return bytes(tokens).decode(errors="replace")
