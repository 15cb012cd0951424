def groups_of(parts, rates):
    """Modules and a learning rate for each → groups for an optimiser; rate 0 freezes."""
    groups = []
    for part, rate in zip(parts, rates):
        part.requires_grad_(rate > 0)
        if rate > 0:
            groups.append({"params": list(part.parameters()), "lr": rate})
    return groups
