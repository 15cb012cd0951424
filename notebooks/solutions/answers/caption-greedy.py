# Stored answers to caption-greedy; `workshop lessons check` tries them.

# %% wrong: it hears the start again and again, not what it said
def greedy(say, state, start, end, longest):
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        spoken.append(scores.argmax(axis=1).astype("int32"))
        attention.append(where)
    return np.stack(spoken, axis=1), np.stack(attention, axis=1)


# %% wrong: the state is forgotten after each word
def greedy(say, state, start, end, longest):
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        _, scores, where = say(words, state)
        words = np.where(words == end, end, scores.argmax(axis=1)).astype("int32")
        spoken.append(words)
        attention.append(where)
    return np.stack(spoken, axis=1), np.stack(attention, axis=1)


# %% wrong: it goes on speaking behind the end
def greedy(say, state, start, end, longest):
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        words = scores.argmax(axis=1).astype("int32")
        spoken.append(words)
        attention.append(where)
    return np.stack(spoken, axis=1), np.stack(attention, axis=1)


# %% wrong: as soon as one picture's sentence ends, all end
def greedy(say, state, start, end, longest):
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        words = scores.argmax(axis=1).astype("int32")
        if (words == end).any():
            words[:] = end
        spoken.append(words)
        attention.append(where)
    return np.stack(spoken, axis=1), np.stack(attention, axis=1)


# %% wrong: a row is a word, not a picture
def greedy(say, state, start, end, longest):
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        words = np.where(words == end, end, scores.argmax(axis=1)).astype("int32")
        spoken.append(words)
        attention.append(where)
    return np.stack(spoken), np.stack(attention)


# %% wrong: the end is taken for word 0
def greedy(say, state, start, end, longest):
    words = np.full(len(state), start, dtype="int32")
    spoken, attention = [], []
    for _ in range(longest):
        state, scores, where = say(words, state)
        words = (scores.argmax(axis=1) * (words != 0)).astype("int32")
        spoken.append(words)
        attention.append(where)
    return np.stack(spoken, axis=1), np.stack(attention, axis=1)


# %% right: with a list of who has ended, into arrays that are there
def greedy(say, state, start, end, longest):
    spoken = np.full((len(state), longest), end, dtype="int32")
    attention, words = None, np.full(len(state), start, dtype="int32")
    silent = np.zeros(len(state), dtype=bool)
    for number in range(longest):
        state, scores, where = say(words, state)
        if attention is None:
            attention = np.zeros((len(spoken), longest, where.shape[1]), dtype=where.dtype)
        spoken[~silent, number] = scores[~silent].argmax(axis=1)
        attention[:, number] = where
        words = spoken[:, number].copy()
        silent |= words == end
    return spoken, attention
