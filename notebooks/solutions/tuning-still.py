def learning_mode(network):
    """Training mode for all modules except batch normalisation."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
