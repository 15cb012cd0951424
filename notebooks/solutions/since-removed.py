def removed(errors):
    """errors: (n,) in per cent, in order of time → fractions between 0 and 1, (n − 1,)."""
    return (errors[:-1] - errors[1:]) / errors[:-1]
