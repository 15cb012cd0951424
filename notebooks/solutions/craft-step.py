def step_error(setup):
    """The difference between the second step's gradient and its batch's own, relative to the latter."""
    twin = setup.copy()
    twin.step(*twin.batch(slice(0, 32)))
    images, labels = twin.batch(slice(32, 64))
    own = own_gradient(twin.network, images, labels)
    before = flat(twin.network.parameters())
    twin.step(images, labels)
    rate = twin.optimiser.param_groups[0]["lr"]
    used = (before - flat(twin.network.parameters())) / rate
    return ((used - own).norm() / own.norm()).item()
