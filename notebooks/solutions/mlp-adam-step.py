def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    direction = m / (1 - 0.9**t)
    size = (v / (1 - 0.999**t)) ** 0.5
    return weight - rate * direction / (size + 1e-8), m, v
