# Stored answers to follow-logp; `workshop lessons check` tries them.

# %% wrong: outputs and tokens of the same place
def answer_log_probabilities(logits, tokens, mask):
    log_p = logits.log_softmax(dim=-1)
    return (log_p.gather(-1, tokens[..., None]).squeeze(-1) * mask).sum(dim=1)


# %% wrong: the mask is not shifted with the tokens
def answer_log_probabilities(logits, tokens, mask):
    log_p = logits[:, :-1].log_softmax(dim=-1)
    return (log_p.gather(-1, tokens[:, 1:, None]).squeeze(-1) * mask[:, :-1]).sum(dim=1)


# %% wrong: the question counts
def answer_log_probabilities(logits, tokens, mask):
    log_p = logits[:, :-1].log_softmax(dim=-1)
    return log_p.gather(-1, tokens[:, 1:, None]).squeeze(-1).sum(dim=1)


# %% wrong: the mean over the answer
def answer_log_probabilities(logits, tokens, mask):
    log_p = logits[:, :-1].log_softmax(dim=-1)
    came = log_p.gather(-1, tokens[:, 1:, None]).squeeze(-1)
    return (came * mask[:, 1:]).sum(dim=1) / mask.sum(dim=1)


# %% wrong: logits instead of log-probabilities
def answer_log_probabilities(logits, tokens, mask):
    came = logits[:, :-1].gather(-1, tokens[:, 1:, None]).squeeze(-1)
    return (came * mask[:, 1:]).sum(dim=1)


# %% wrong: the loss, one number for all
def answer_log_probabilities(logits, tokens, mask):
    return F.cross_entropy(logits[:, :-1][mask[:, 1:]], tokens[:, 1:][mask[:, 1:]])


# %% wrong: softmax over the places
def answer_log_probabilities(logits, tokens, mask):
    log_p = logits[:, :-1].log_softmax(dim=1)
    return (log_p.gather(-1, tokens[:, 1:, None]).squeeze(-1) * mask[:, 1:]).sum(dim=1)


# %% right: by PyTorch's cross-entropy
def answer_log_probabilities(logits, tokens, mask):
    nats = F.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
    return -(nats * mask[:, 1:]).sum(dim=1)
