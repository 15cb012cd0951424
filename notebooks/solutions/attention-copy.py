def copy_back(tokens, period):
    """tokens: (batch, n), period: a number → for each position the next token, (batch, n)."""
    predicted = torch.zeros_like(tokens)
    predicted[:, period - 1 :] = tokens[:, : tokens.shape[1] - period + 1]
    return predicted
