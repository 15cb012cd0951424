def decode(tokens, merges):
    """A list of tokens and the merges → the text."""
    spelled = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    return b"".join(spelled[token] for token in tokens).decode(errors="replace")
