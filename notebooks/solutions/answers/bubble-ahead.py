# Answers to bubble-ahead beside its solution; `workshop lessons check` tries them.

# %% wrong: greedy
def best_move(points, worth):
    return int(np.argmax(points))


# %% wrong: only what is still to come
def best_move(points, worth):
    return int(np.argmax(worth))


# %% wrong: multiplied instead of added
def best_move(points, worth):
    return int(np.argmax(points * worth))


# %% wrong: the worst move
def best_move(points, worth):
    return int(np.argmin(points + worth))


# %% wrong: what the move itself brings counts half
def best_move(points, worth):
    return int(np.argmax(points / 2 + worth))


# %% right: in Python alone
def best_move(points, worth):
    return max(range(len(points)), key=lambda move: points[move] + worth[move])


# %% wrong: a number with a point, which counts no moves
def best_move(points, worth):
    return float(np.argmax(points + worth))


# %% wrong: an array of all the best
def best_move(points, worth):
    total = points + worth
    return np.flatnonzero(total == total.max())
