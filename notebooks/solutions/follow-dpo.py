def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    """ln p of the chosen and rejected answers by model and reference, each (batch) → the loss."""
    margin = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -F.logsigmoid(beta * margin).mean()
