def greedy(say, state, start, end, longest):
    """say: a function, state: (n, …) → words, int32 (n, longest), weights (n, longest, positions)."""
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        words = np.where(words == end, end, scores.argmax(axis=1)).astype("int32")
        spoken.append(words)
        attention.append(where)
    return np.stack(spoken, axis=1), np.stack(attention, axis=1)
