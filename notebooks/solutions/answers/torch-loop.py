# Answers to torch-loop beside its solution; `workshop lessons check` tries them.

# %% wrong: the gradients are never set to zero
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: zero_grad once, before the loop
def learn(network, dataset, size, optimiser, note):
    network.train()
    optimiser.zero_grad()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: softmax before cross-entropy, which has its own
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores.softmax(dim=1), labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: no step
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        note(loss.item())


# %% wrong: no backward
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        optimiser.step()
        note(loss.item())


# %% wrong: backward on a detached loss
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.detach().requires_grad_().backward()
        optimiser.step()
        note(loss.item())


# %% wrong: backward on detached scores
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images).detach()
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: the gradients are erased between backward and step
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.zero_grad()
        optimiser.step()
        note(loss.item())


# %% wrong: the step comes before backward
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        optimiser.step()
        loss.backward()
        note(loss.item())


# %% wrong: one step an epoch, behind the loop
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        note(loss.item())
    optimiser.step()


# %% wrong: not shuffled
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: one batch of everything
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=len(dataset), shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: one example at a time
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: the last, smaller batch is dropped
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True, drop_last=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: the network stays in evaluation mode
def learn(network, dataset, size, optimiser, note):
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: the loss is summed, not averaged
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels, reduction="sum")
        loss.backward()
        optimiser.step()
        note(loss.item())


# %% wrong: the tensor is noted, graph and all
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        note(loss)


# %% wrong: nothing is noted
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()


# %% right: zero_grad at the end of the step
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        scores = network(images)
        loss = F.cross_entropy(scores, labels)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        note(loss.item())


# %% right: softmax, logarithm and mean by hand
def learn(network, dataset, size, optimiser, note):
    network.train()
    for images, labels in DataLoader(dataset, batch_size=size, shuffle=True):
        optimiser.zero_grad()
        scores = network(images)
        loss = -scores.log_softmax(dim=1)[torch.arange(len(labels)), labels].mean()
        loss.backward()
        optimiser.step()
        note(loss.item())
