def learn(network, dataset, size, optimiser, note):
    """One epoch: every example once, in a new random order, in batches of this size."""
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())
