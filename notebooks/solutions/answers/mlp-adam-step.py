# Answers to mlp-adam-step beside its solution; `workshop lessons check` tries them.

# %% wrong: the means are not corrected
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    return weight - rate * m / (v**0.5 + 1e-8), m, v


# %% wrong: no root
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    return weight - rate * (m / (1 - 0.9**t)) / (v / (1 - 0.999**t) + 1e-8), m, v


# %% wrong: uphill
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    return weight + rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8), m, v


# %% wrong: the old means are used for the step
def adam_step(weight, gradient, m, v, t, rate):
    new_m = 0.9 * m + 0.1 * gradient
    new_v = 0.999 * v + 0.001 * gradient**2
    return weight - rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8), new_m, new_v


# %% wrong: v remembers the gradients and not their squares
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * abs(gradient)
    return weight - rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8), m, v


# %% wrong: always a rate of 0.1
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    direction = m / (1 - 0.9**t)
    size = (v / (1 - 0.999**t)) ** 0.5
    return weight - 0.1 * direction / (size + 1e-8), m, v


# %% right: both corrections in the rate, as in the paper's last remark
def adam_step(weight, gradient, m, v, t, rate):
    m = m + 0.1 * (gradient - m)
    v = v + 0.001 * (gradient**2 - v)
    rate = rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
    return weight - rate * m / (v**0.5 + 1e-8 * (1 - 0.999**t) ** 0.5), m, v


# %% wrong: numpy's maximum, which Theano's expressions do not know
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    return weight - rate * (m / (1 - 0.9**t)) / np.maximum((v / (1 - 0.999**t)) ** 0.5, 1e-8), m, v


# %% wrong: Theano's root, which makes an expression of an array
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    return weight - rate * (m / (1 - 0.9**t)) / (T.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


# %% wrong: what the weight changes by, not the new one
def adam_step(weight, gradient, m, v, t, rate):
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient**2
    return -rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8), m, v
