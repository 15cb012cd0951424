# Answers to tuning-groups beside its solution; `workshop lessons check` tries them.

# %% wrong: a part with rate 0 makes a group, and its gradients are computed
def groups_of(parts, rates):
    return [{"params": list(part.parameters()), "lr": rate} for part, rate in zip(parts, rates)]


# %% wrong: left out of the optimiser, but not frozen
def groups_of(parts, rates):
    return [{"params": list(part.parameters()), "lr": rate} for part, rate in zip(parts, rates) if rate > 0]


# %% wrong: what was frozen before stays frozen
def groups_of(parts, rates):
    groups = []
    for part, rate in zip(parts, rates):
        if rate == 0:
            part.requires_grad_(False)
        else:
            groups.append({"params": list(part.parameters()), "lr": rate})
    return groups


# %% wrong: one rate for all
def groups_of(parts, rates):
    groups = []
    for part, rate in zip(parts, rates):
        part.requires_grad_(rate > 0)
        if rate > 0:
            groups.append({"params": list(part.parameters()), "lr": max(rates)})
    return groups


# %% wrong: the rates in reverse order
def groups_of(parts, rates):
    groups = []
    for part, rate in zip(parts, rates[::-1]):
        part.requires_grad_(rate > 0)
        if rate > 0:
            groups.append({"params": list(part.parameters()), "lr": rate})
    return groups


# %% wrong: the modules themselves, not their weights
def groups_of(parts, rates):
    groups = []
    for part, rate in zip(parts, rates):
        part.requires_grad_(rate > 0)
        if rate > 0:
            groups.append({"params": [part], "lr": rate})
    return groups


# %% right: frozen first, then listed
def groups_of(parts, rates):
    for part, rate in zip(parts, rates):
        for weight in part.parameters():
            weight.requires_grad = bool(rate)
    return [{"params": list(part.parameters()), "lr": rate} for part, rate in zip(parts, rates) if rate]
