# Answers to tuning-still beside its solution; `workshop lessons check` tries them.

# %% wrong: batch normalisation learns on as well
def learning_mode(network):
    network.train()


# %% wrong: train() comes last and switches all modules back
def learning_mode(network):
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    network.train()


# %% wrong: only the modules of the first level
def learning_mode(network):
    network.train()
    for module in network.children():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


# %% wrong: dropout is off as well
def learning_mode(network):
    network.eval()


# %% wrong: the weights of batch normalisation are frozen, its statistics are not
def learning_mode(network):
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(False)


# %% wrong: frozen on top of still statistics
def learning_mode(network):
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval().requires_grad_(False)


# %% right: each module's flag by hand
def learning_mode(network):
    for module in network.modules():
        module.training = not isinstance(module, nn.BatchNorm2d)
