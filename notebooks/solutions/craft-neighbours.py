def neighbours(setup):
    """The fractions of 200 training images whose nearest held-out image agrees, and is a duplicate."""
    images, labels = setup.batch(slice(0, 200))
    distances = torch.cdist(images.flatten(1), setup.held[0].flatten(1))
    nearest, places = distances.min(dim=1)
    agree = setup.held[1][places] == labels
    twin = nearest < 0.1 * distances.median()
    return agree.float().mean().item(), twin.float().mean().item()
