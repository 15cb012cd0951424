def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if not lowest <= evidence[box] <= highest:
            return box, evidence
    return "sound", evidence
