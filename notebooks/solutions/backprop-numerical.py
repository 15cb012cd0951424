def numerical_gradient(f, numbers, place, h):
    up, down = list(numbers), list(numbers)
    up[place] += h
    down[place] -= h
    return (f(up) - f(down)) / (2 * h)
