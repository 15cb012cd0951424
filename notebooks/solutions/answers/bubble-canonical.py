# Answers to bubble-canonical beside its solution; `workshop lessons check` tries them.

# %% wrong: from the top left
def canonical(board):
    met = list(dict.fromkeys(int(colour) for colour in board.ravel() if colour > 0))
    met += [colour for colour in range(1, 6) if colour not in met]
    return rename(board, [met.index(colour) + 1 for colour in range(1, 6)])


# %% wrong: column by column
def canonical(board):
    walk = board[::-1, ::-1].T.ravel()
    met = list(dict.fromkeys(int(colour) for colour in walk if colour > 0))
    met += [colour for colour in range(1, 6) if colour not in met]
    return rename(board, [met.index(colour) + 1 for colour in range(1, 6)])


# %% wrong: from the bottom left
def canonical(board):
    walk = board[::-1].ravel()
    met = list(dict.fromkeys(int(colour) for colour in walk if colour > 0))
    met += [colour for colour in range(1, 6) if colour not in met]
    return rename(board, [met.index(colour) + 1 for colour in range(1, 6)])


# %% wrong: the order itself, not the rank in it
def canonical(board):
    walk = board[::-1, ::-1].ravel()
    met = list(dict.fromkeys(int(colour) for colour in walk if colour > 0))
    met += [colour for colour in range(1, 6) if colour not in met]
    return rename(board, met)


# %% right: by the first position of each colour
def canonical(board):
    walk = board[::-1, ::-1].ravel()
    first = [np.argmax(walk == colour) if (walk == colour).any() else walk.size for colour in range(1, 6)]
    return rename(board, np.argsort(np.argsort(first, kind="stable"), kind="stable") + 1)


# %% also right
# 4: 1 → 0: an empty cell needs no name
# 4: 6 → 7: there is no colour 6 on any board
