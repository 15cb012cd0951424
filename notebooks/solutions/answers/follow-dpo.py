# Stored answers to follow-dpo; `workshop lessons check` tries them.

# %% wrong: without the reference
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    return -F.logsigmoid(beta * (chosen - rejected)).mean()


# %% wrong: the rejected answer is preferred
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -F.logsigmoid(-beta * margin).mean()


# %% wrong: without the minus, which would maximise the loss
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return F.logsigmoid(beta * margin).mean()


# %% wrong: both answers are raised
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) + (rejected - reference_rejected)
    return -F.logsigmoid(beta * margin).mean()


# %% wrong: β outside, as a factor of the loss
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -beta * F.logsigmoid(margin).mean()


# %% wrong: the sum over the batch
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -F.logsigmoid(beta * margin).sum()


# %% wrong: one loss for each pair
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -F.logsigmoid(beta * margin)


# %% wrong: no logarithm
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return 1 - torch.sigmoid(beta * margin).mean()


# %% right: as ln(1 + e^−z)
def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    ours, reference = chosen - rejected, reference_chosen - reference_rejected
    return F.softplus(beta * (reference - ours)).mean()
