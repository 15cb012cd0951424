def diagnose(setup, tests):
    """Test the boxes in order; return where the chart ends, and all measurements."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if not lowest <= evidence[box] <= highest:
            return box, evidence
    return "sound", evidence
