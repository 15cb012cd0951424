# Answers to torch-error beside its solution; `workshop lessons check` tries them.

# %% wrong: dropout stays switched on
def error_of(network, dataset, size):
    network.train()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).sum().item()
    return wrong / len(dataset)


# %% wrong: nobody switches to evaluation mode
def error_of(network, dataset, size):
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).sum().item()
    return wrong / len(dataset)


# %% wrong: a graph is kept for every batch
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    for images, labels in DataLoader(dataset, batch_size=size):
        answers = network(images).argmax(dim=1)
        wrong += (answers != labels).sum().item()
    return wrong / len(dataset)


# %% wrong: the accuracy, not the error
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers == labels).sum().item()
    return wrong / len(dataset)


# %% wrong: a count, not a fraction
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).sum().item()
    return wrong


# %% wrong: the largest score of a column, not of a row
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=0)[: len(labels)]
            wrong += (answers != labels).sum().item()
    return wrong / len(dataset)


# %% wrong: only the last batch counts
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong = (answers != labels).sum().item()
    return wrong / len(dataset)


# %% wrong: the mean of the batches' means
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).float().mean().item()
    return wrong / len(DataLoader(dataset, batch_size=size))


# %% wrong: the batch size is always 500
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=500):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).sum().item()
    return wrong / len(dataset)


# %% right: in inference mode
def error_of(network, dataset, size):
    network.eval()
    wrong = 0
    with torch.inference_mode():
        for images, labels in DataLoader(dataset, batch_size=size):
            answers = network(images).argmax(dim=1)
            wrong += (answers != labels).sum().item()
    return wrong / len(dataset)
