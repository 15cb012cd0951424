# Stored answers to good-wilson; `workshop lessons check` tries them.

# %% wrong: the usual interval, which is a point for 5 of 5
def wilson(hits, n):
    p = hits / n
    half = 1.96 * np.sqrt(p * (1 - p) / n)
    return p - half, p + half


# %% wrong: not divided by 1 + z²/n
def wilson(hits, n):
    p, z = hits / n, 1.96
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p + z**2 / (2 * n) - half, p + z**2 / (2 * n) + half


# %% wrong: the middle is p itself
def wilson(hits, n):
    p, z = hits / n, 1.96
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return p - half, p + half


# %% wrong: one standard error to either side
def wilson(hits, n):
    p, z = hits / n, 1.0
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


# %% wrong: in per cent
def wilson(hits, n):
    p, z = hits / n, 1.96
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    return 100 * (middle - half) / (1 + z**2 / n), 100 * (middle + half) / (1 + z**2 / n)


# %% right: as the roots of a quadratic equation
def wilson(hits, n):
    z = 1.96
    low, high = sorted(np.roots([n + z**2, -(2 * hits + z**2), hits**2 / n]).real)
    return low, high
