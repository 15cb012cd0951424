# Answers to bubble-target beside its solution; `workshop lessons check` tries them.

# %% wrong: the value counts even when the game is over
def td_target(points, values, over, discount=1.0):
    return points + discount * values


# %% wrong: the points of the move are discounted as well
def td_target(points, values, over, discount=1.0):
    return discount * (points + np.where(over, 0.0, values))


# %% wrong: the discount is forgotten
def td_target(points, values, over, discount=1.0):
    return points + np.where(over, 0.0, values)


# %% wrong: the last move scores nothing
def td_target(points, values, over, discount=1.0):
    return np.where(over, 0.0, points + discount * values)


# %% wrong: the last move's own points are discounted
def td_target(points, values, over, discount=1.0):
    return np.where(over, discount * points, points + discount * values)


# %% right: multiplied by 1 − over
def td_target(points, values, over, discount=1.0):
    return points + discount * values * (1 - over)


# %% wrong: a list, move by move
def td_target(points, values, over, discount=1.0):
    return [paid if end else paid + discount * later for paid, later, end in zip(points, values, over)]


# %% wrong: the values passed in are set to 0
def td_target(points, values, over, discount=1.0):
    values[over] = 0
    return points + discount * values
