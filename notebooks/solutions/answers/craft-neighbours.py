# Answers to craft-neighbours beside its solution; `workshop lessons check` tries them.

# %% wrong: neighbours within the training batch: each image is its own
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), images.flatten(1))
    nearest, places = distances.min(dim=1)
    agree = labels[places] == labels
    twin = nearest < 0.1 * distances.median()
    return agree.float().mean().item(), twin.float().mean().item()


# %% wrong: the label of the row, not that of the neighbour
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, _ = distances.min(dim=1)
    agree = setup.held[1][:200] == labels
    twin = nearest < 0.1 * distances.median()
    return agree.float().mean().item(), twin.float().mean().item()


# %% wrong: the farthest, not the nearest
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.max(dim=1)
    agree = setup.held[1][places] == labels
    twin = nearest < 0.1 * distances.median()
    return agree.float().mean().item(), twin.float().mean().item()


# %% wrong: nearest for each held-out image
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.T.min(dim=1)
    agree = labels[places] == setup.held[1]
    twin = nearest < 0.1 * distances.median()
    return agree.float().mean().item(), twin.float().mean().item()


# %% wrong: a fixed distance, whatever the scale
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.min(dim=1)
    agree = setup.held[1][places] == labels
    twin = nearest < 0.5
    return agree.float().mean().item(), twin.float().mean().item()


# %% wrong: relative to the median of the nearest distances
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.min(dim=1)
    agree = setup.held[1][places] == labels
    twin = nearest < 0.1 * nearest.median()
    return agree.float().mean().item(), twin.float().mean().item()


# %% wrong: counts, not fractions
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.min(dim=1)
    agree = setup.held[1][places] == labels
    twin = nearest < 0.1 * distances.median()
    return agree.sum().item(), twin.sum().item()


# %% wrong: the two fractions the other way round
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.min(dim=1)
    agree = setup.held[1][places] == labels
    twin = nearest < 0.1 * distances.median()
    return twin.float().mean().item(), agree.float().mean().item()


# %% wrong: disagreement
def neighbours(setup):
    """For 200 training images: the fractions whose nearest held-out image agrees, and is a twin."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.min(dim=1)
    agree = setup.held[1][places] != labels
    twin = nearest < 0.1 * distances.median()
    return agree.float().mean().item(), twin.float().mean().item()


# %% right: row by row
def neighbours(setup):
    agree, least, everything = [], [], []
    rows = setup.held[0].flatten(1)
    for image, label in zip(*setup.batch(slice(200))):
        distances = (rows - image.flatten()).square().sum(dim=1).sqrt()
        everything.append(distances)
        least.append(distances.min().item())
        agree.append((setup.held[1][distances.argmin()] == label).item())
    limit = torch.stack(everything).median().item() / 10
    return sum(agree) / len(agree), sum(each < limit for each in least) / len(least)


# %% also right
# 7: nearest < 0.1 * distances.median() → nearest <= 0.1 * distances.median(): no distance is exactly a tenth
