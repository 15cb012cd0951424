# Answers to craft-one-batch beside its solution; `workshop lessons check` tries them.

# %% wrong: the setup itself is trained
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup
    images, labels = twin.batch(slice(0, 32))
    return [twin.step(images, labels) for _ in range(steps)]


# %% wrong: another batch in each step
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup.copy()
    return [twin.step(*twin.batch(slice(32 * at % 480, 32 * at % 480 + 32))) for at in range(steps)]


# %% wrong: a fresh copy in each step
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup.copy()
    images, labels = twin.batch(slice(0, 32))
    return [setup.copy().step(images, labels) for _ in range(steps)]


# %% wrong: only the last loss
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup.copy()
    images, labels = twin.batch(slice(0, 32))
    return [twin.step(images, labels) for _ in range(steps)][-1]


# %% wrong: one step too few
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup.copy()
    images, labels = twin.batch(slice(0, 32))
    return [twin.step(images, labels) for _ in range(steps - 1)]


# %% wrong: a step of its own, not the one under test
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup.copy()
    images, labels = twin.batch(slice(0, 32))
    own = Setup(setup.known, setup.held, twin.network, twin.optimiser.param_groups[0]["lr"])
    return [own.step(images, labels) for _ in range(steps)]


# %% wrong: all training images, not one batch
def overfit(setup, steps):
    """The losses of so many steps on the first batch, always the same."""
    twin = setup.copy()
    images, labels = twin.batch(slice(0, None))
    return [twin.step(images, labels) for _ in range(steps)]


# %% right: by a loop
def overfit(setup, steps):
    twin, losses = setup.copy(), []
    for _ in range(steps):
        losses.append(twin.step(*twin.batch(slice(32))))
    return losses
