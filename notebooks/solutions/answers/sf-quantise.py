# Stored answers to sf-quantise; `workshop lessons check` tries them.

# %% wrong: one scale for the whole matrix
def quantise(weights, bits):
    scale = weights.abs().max() / (2 ** (bits - 1) - 1)
    return (weights / scale).round().to(torch.int8), scale.expand(len(weights), 1)


# %% wrong: cut off instead of rounded
def quantise(weights, bits):
    scales = weights.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (weights / scales).to(torch.int8), scales


# %% wrong: the largest becomes 128, which int8 does not have
def quantise(weights, bits):
    scales = weights.abs().amax(dim=1, keepdim=True) / 2 ** (bits - 1)
    return (weights / scales).round().to(torch.int8), scales


# %% wrong: the largest weight, without its sign
def quantise(weights, bits):
    scales = weights.amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (weights / scales).round().to(torch.int8), scales


# %% wrong: always eight bits
def quantise(weights, bits):
    scales = weights.abs().amax(dim=1, keepdim=True) / 127
    return (weights / scales).round().to(torch.int8), scales


# %% wrong: one scale for each column
def quantise(weights, bits):
    scales = weights.abs().amax(dim=0, keepdim=True) / (2 ** (bits - 1) - 1)
    return (weights / scales).round().to(torch.int8), scales


# %% wrong: integers, but as floats
def quantise(weights, bits):
    scales = weights.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (weights / scales).round(), scales


# %% right: row by row
def quantise(weights, bits):
    rows, scales = [], []
    for row in weights:
        scale = max(row.max(), -row.min()) / (2 ** (bits - 1) - 1)
        rows.append(torch.round(row / scale).to(torch.int8))
        scales.append(scale)
    return torch.stack(rows), torch.stack(scales).reshape(-1, 1)
