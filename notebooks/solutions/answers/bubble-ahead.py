# Answers to bubble-ahead beside its solution; `workshop lessons check` tries them.

# %% wrong: greedy
def best_move(points, values):
    return int(np.argmax(points))


# %% wrong: only the value
def best_move(points, values):
    return int(np.argmax(values))


# %% wrong: multiplied instead of added
def best_move(points, values):
    return int(np.argmax(points * values))


# %% wrong: the worst move
def best_move(points, values):
    return int(np.argmin(points + values))


# %% wrong: the points of the move count half
def best_move(points, values):
    return int(np.argmax(points / 2 + values))


# %% right: in Python alone
def best_move(points, values):
    return max(range(len(points)), key=lambda move: points[move] + values[move])


# %% wrong: a float, which is not an index
def best_move(points, values):
    return float(np.argmax(points + values))


# %% wrong: an array of all the best
def best_move(points, values):
    total = points + values
    return np.flatnonzero(total == total.max())
