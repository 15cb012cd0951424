def error_of(network, dataset, size):
    """The fraction of a dataset that a network misclassifies, 0 to 1."""
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).sum().item()
    return wrong / len(dataset)
