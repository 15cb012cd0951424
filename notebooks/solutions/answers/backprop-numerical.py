# Answers to backprop-numerical beside its solution; `workshop lessons check` tries them.

# %% wrong: only upward
def numerical_gradient(f, numbers, place, h):
    up = list(numbers)
    up[place] += h
    return (f(up) - f(numbers)) / h


# %% wrong: all numbers move
def numerical_gradient(f, numbers, place, h):
    up = [number + h for number in numbers]
    down = [number - h for number in numbers]
    return (f(up) - f(down)) / (2 * h)


# %% wrong: down minus up
def numerical_gradient(f, numbers, place, h):
    up, down = list(numbers), list(numbers)
    up[place] += h
    down[place] -= h
    return (f(down) - f(up)) / (2 * h)


# %% wrong: the way is 2h, not h
def numerical_gradient(f, numbers, place, h):
    up, down = list(numbers), list(numbers)
    up[place] += h
    down[place] -= h
    return (f(up) - f(down)) / h


# %% wrong: the numbers stay moved
def numerical_gradient(f, numbers, place, h):
    numbers[place] += h
    above = f(numbers)
    numbers[place] -= 2 * h
    return (above - f(numbers)) / (2 * h)


# %% right: moved, and put back
def numerical_gradient(f, numbers, place, h):
    move = np.zeros(len(numbers))
    move[place] = h
    above, below = f(list(numbers + move)), f(list(numbers - move))
    return (above - below) / h / 2


# %% wrong: moved by the step of the example, whatever h is
def numerical_gradient(f, numbers, place, h):
    up, down = list(numbers), list(numbers)
    up[place] += 0.5
    down[place] -= 0.5
    return f(up) - f(down)
