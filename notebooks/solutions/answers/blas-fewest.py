# Answers to blas-fewest beside its solution; `workshop lessons check` tries them.

# %% wrong: by the usual mean
def fewest(counts, speeds):
    means = speeds.mean(axis=1)
    return min(count for count, mean in zip(counts, means) if mean >= 0.95 * max(means))


# %% wrong: the fastest, even where fewer are near enough
def fewest(counts, speeds):
    return counts[np.prod(speeds, axis=1).argmax()]


# %% wrong: its place instead of the count
def fewest(counts, speeds):
    means = np.exp(np.log(speeds).mean(axis=1))
    return int(np.argmax(means >= 0.95 * means.max()))


# %% wrong: the product without its root, which takes 5 % of something else
def fewest(counts, speeds):
    products = np.prod(speeds, axis=1)
    return min(count for count, product in zip(counts, products) if product >= 0.95 * max(products))


# %% wrong: the most threads that are near enough
def fewest(counts, speeds):
    means = np.exp(np.log(speeds).mean(axis=1))
    return max(count for count, mean in zip(counts, means) if mean >= 0.95 * max(means))


# %% right: by the root of the product, and the first that is near enough
def fewest(counts, speeds):
    means = np.prod(speeds, axis=1) ** (1 / speeds.shape[1])
    return counts[np.argmax(means / means.max() >= 0.95)]


# %% also right
# 4: mean >= 0.95 * max(means) → mean > 0.95 * max(means): no mean is exactly 95 % of the best
