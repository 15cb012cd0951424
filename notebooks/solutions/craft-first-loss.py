def first_loss(setup):
    """The loss before training, divided by the loss of equal probabilities."""
    images, labels = setup.batch(slice(0, 32))
    with torch.no_grad():
        scores = setup.network(images)
    return F.cross_entropy(scores, labels).item() / math.log(scores.shape[1])
