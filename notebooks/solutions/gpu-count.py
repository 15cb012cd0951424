def count(batch, inputs, outputs, each=4):
    """→ (operations, bytes) of a dense layer."""
    operations = 2 * batch * inputs * outputs
    moved = each * (batch * inputs + inputs * outputs + batch * outputs)
    return operations, moved
