def quantise(weights, bits):
    """weights: (rows, columns) → integers (rows, columns) as int8, scales (rows, 1)."""
    largest = 2 ** (bits - 1) - 1
    scales = weights.abs().amax(dim=1, keepdim=True) / largest
    return (weights / scales).round().to(torch.int8), scales
