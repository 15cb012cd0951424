# Stored answers to follow-mask; `workshop lessons check` tries them.

# %% wrong: the last token of the question counts
def answer_mask(prompt_lengths, lengths, n):
    places = torch.arange(n)
    return (places >= prompt_lengths[:, None] - 1) & (places < lengths[:, None] - 1)


# %% wrong: padding counts
def answer_mask(prompt_lengths, lengths, n):
    return torch.arange(n) >= prompt_lengths[:, None]


# %% wrong: the question counts
def answer_mask(prompt_lengths, lengths, n):
    return torch.arange(n) < lengths[:, None]


# %% wrong: the question counts instead of the answer
def answer_mask(prompt_lengths, lengths, n):
    return torch.arange(n) < prompt_lengths[:, None]


# %% wrong: lengths is taken for that of the answer
def answer_mask(prompt_lengths, lengths, n):
    places = torch.arange(n)
    return (places >= prompt_lengths[:, None]) & (places < (prompt_lengths + lengths)[:, None])


# %% wrong: numbers instead of truth values
def answer_mask(prompt_lengths, lengths, n):
    places = torch.arange(n)
    return ((places >= prompt_lengths[:, None]) & (places < lengths[:, None])).float()


# %% right: row by row
def answer_mask(prompt_lengths, lengths, n):
    mask = torch.zeros(len(lengths), n, dtype=torch.bool)
    for row, (first, end) in enumerate(zip(prompt_lengths, lengths)):
        mask[row, first:end] = True
    return mask
