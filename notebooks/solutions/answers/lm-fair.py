# Stored answers to lm-fair; `workshop lessons check` tries them.

# %% wrong: the loss a token
def nats_a_character(logits, targets, lengths):
    return F.cross_entropy(logits, targets).item()


# %% wrong: the mean, divided by all characters
def nats_a_character(logits, targets, lengths):
    return F.cross_entropy(logits, targets).item() / lengths[targets].sum().item()


# %% wrong: characters of the whole vocabulary
def nats_a_character(logits, targets, lengths):
    return F.cross_entropy(logits, targets, reduction="sum").item() / lengths.sum().item()


# %% wrong: a mean of ratios
def nats_a_character(logits, targets, lengths):
    each = F.cross_entropy(logits, targets, reduction="none")
    return (each / lengths[targets]).mean().item()


# %% wrong: logits are taken for probabilities
def nats_a_character(logits, targets, lengths):
    chosen = logits[torch.arange(len(targets)), targets]
    return -chosen.abs().log().sum().item() / lengths[targets].sum().item()


# %% right: softmax by hand
def nats_a_character(logits, targets, lengths):
    log_p = logits.log_softmax(dim=-1)[torch.arange(len(targets)), targets]
    return -log_p.sum().item() / lengths[targets].sum().item()
