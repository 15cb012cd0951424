# Answers to bubble-target beside its solution; `workshop lessons check` tries them.

# %% wrong: the worth counts when the game is over, too
def td_target(points, worth, over, discount=1.0):
    return points + discount * worth


# %% wrong: the points of the move are discounted as well
def td_target(points, worth, over, discount=1.0):
    return discount * (points + np.where(over, 0.0, worth))


# %% wrong: the discount is forgotten
def td_target(points, worth, over, discount=1.0):
    return points + np.where(over, 0.0, worth)


# %% wrong: the last move brings nothing
def td_target(points, worth, over, discount=1.0):
    return np.where(over, 0.0, points + discount * worth)


# %% wrong: the last move's own points are discounted
def td_target(points, worth, over, discount=1.0):
    return np.where(over, discount * points, points + discount * worth)


# %% right: multiplied by whether it goes on
def td_target(points, worth, over, discount=1.0):
    return points + discount * worth * (1 - over)


# %% wrong: a list, move by move
def td_target(points, worth, over, discount=1.0):
    return [paid if end else paid + discount * later for paid, later, end in zip(points, worth, over)]


# %% wrong: the worth that was handed over is set to 0
def td_target(points, worth, over, discount=1.0):
    worth[over] = 0
    return points + discount * worth
