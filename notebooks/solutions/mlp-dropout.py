def drop(values, p, rng):
    stays = rng.random(values.shape) >= p
    return values * stays / (1 - p)
