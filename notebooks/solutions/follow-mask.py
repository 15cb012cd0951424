def answer_mask(prompt_lengths, lengths, n):
    """prompt_lengths and lengths: (batch) → (batch, n), True where a token belongs to the answer."""
    places = torch.arange(n)
    return (places >= prompt_lengths[:, None]) & (places < lengths[:, None])
