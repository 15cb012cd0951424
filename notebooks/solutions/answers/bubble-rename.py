# Answers to bubble-rename beside its solution; `workshop lessons check` tries them.

# %% wrong: the board itself is changed
def rename(board, order):
    old = board.copy()
    for colour in range(1, len(order) + 1):
        board[old == colour] = order[colour - 1]
    return board


# %% wrong: renames colours that were already renamed
def rename(board, order):
    renamed = board.copy()
    for colour in range(1, len(order) + 1):
        renamed[renamed == colour] = order[colour - 1]
    return renamed


# %% wrong: the other way round
def rename(board, order):
    renamed = board.copy()
    for colour in range(1, len(order) + 1):
        renamed[board == order[colour - 1]] = colour
    return renamed


# %% wrong: empty and grey cells get a colour
def rename(board, order):
    return np.array(order, board.dtype)[board - 1]


# %% right: by a table
def rename(board, order):
    table = np.array([0, *order], board.dtype)
    return np.where(board > 0, table[np.maximum(board, 0)], board)


# %% wrong: floats instead of integers
def rename(board, order):
    renamed = board.astype(float)
    for colour, name in enumerate(order, start=1):
        renamed[board == colour] = name
    return renamed


# %% wrong: the fifth colour is forgotten
def rename(board, order):
    renamed = board.copy()
    for colour in range(1, 5):
        renamed[board == colour] = order[colour - 1]
    return renamed
