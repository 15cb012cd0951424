def greedy(say, state, start, end, longest):
    """say: a function, state: (n, …) → words, int32 (n, longest), shares (n, longest, places)."""
    words = np.full(len(state), start, dtype="int32")
    spoken, shares = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        words = np.where(words == end, end, scores.argmax(axis=1)).astype("int32")
        spoken.append(words)
        shares.append(where)
    return np.stack(spoken, axis=1), np.stack(shares, axis=1)
