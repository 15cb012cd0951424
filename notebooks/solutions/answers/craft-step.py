# Answers to craft-step beside its solution; `workshop lessons check` tries them.

# %% wrong: the first step is looked at, which has no leftovers
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    images, labels = twin.batch(slice(0, 32))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm() / own.norm()).item()


# %% wrong: the setup itself is trained
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm() / own.norm()).item()


# %% wrong: not divided by the rate
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = before - flat(twin.network.parameters())
    return ((used - own).norm() / own.norm()).item()


# %% wrong: the sign is turned around
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (flat(twin.network.parameters()) - before) / rate
    return ((used - own).norm() / own.norm()).item()


# %% wrong: the own gradient is taken after the step
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    own = own_gradient(twin.network, images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm() / own.norm()).item()


# %% wrong: an absolute difference, which depends on the size of the gradient
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm()).item()


# %% wrong: relative to the gradient that was used
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm() / used.norm()).item()


# %% wrong: lengths are compared, not directions
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used.norm() - own.norm()).abs() / own.norm()).item()


# %% wrong: the own gradient is of the first batch
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, *twin.batch(slice(0, 32)))
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm() / own.norm()).item()


# %% wrong: a tensor comes back
def step_error(setup):
    """How far the second step is from the gradient of its own batch, relative to that gradient."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return (used - own).norm() / own.norm()


# %% right: by the weights that should come out
def step_error(setup):
    twin = setup.copy()
    twin.step(*twin.batch(slice(32)))
    second = twin.batch(slice(32, 64))
    start = flat(twin.network.parameters())
    gradient = own_gradient(twin.network, *second)
    rate = twin.optimiser.param_groups[0]["lr"]
    twin.step(*second)
    missed = start - rate * gradient - flat(twin.network.parameters())
    return float(missed.norm() / (rate * gradient).norm())
