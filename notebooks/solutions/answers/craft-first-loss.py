# Answers to craft-first-loss beside its solution; `workshop lessons check` tries them.

# %% wrong: not divided by the logarithm of the number of classes
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item()


# %% wrong: always ten classes
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item() / math.log(10)


# %% wrong: the logarithm to the base of 10
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item() / math.log10(scores.shape[1])


# %% wrong: divided by the number of classes
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item() / scores.shape[1]


# %% wrong: the number of examples for the number of classes
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item() / math.log(scores.shape[0])


# %% wrong: a softmax before the cross-entropy, which has its own
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores.softmax(dim=1), labels).item() / math.log(scores.shape[1])


# %% wrong: the loss is summed, not averaged
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels, reduction="sum").item() / math.log(scores.shape[1])


# %% wrong: the loss of a step, which trains the setup
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    scores = setup.network(images)
    return setup.step(images, labels) / math.log(scores.shape[1])


# %% wrong: a tensor comes back
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels) / math.log(scores.shape[1])


# %% wrong: the held-out images, not the training batch
def first_loss(setup):
    """The loss before training, divided by the loss of a network without an opinion."""
    images, labels = setup.held
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item() / math.log(scores.shape[1])


# %% right: by log-softmax
def first_loss(setup):
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        logs = setup.network(images).log_softmax(dim=1)
    return -logs[torch.arange(len(labels)), labels].mean().item() / math.log(logs.shape[1])
