# Answers to craft-diagnose beside its solution; `workshop lessons check` tries them.

# %% wrong: all boxes are asked, and the last no counts
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence, last = {}, "sound"
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if not lowest <= evidence[box] <= highest:
            last = box
    return last, evidence


# %% wrong: only the name, without evidence
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if not lowest <= evidence[box] <= highest:
            return box
    return "sound"


# %% wrong: only the upper limit
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, _, highest) in tests.items():
        evidence[box] = measure(setup)
        if not evidence[box] <= highest:
            return box, evidence
    return "sound", evidence


# %% wrong: limits do not belong to yes
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if not lowest < evidence[box] < highest:
            return box, evidence
    return "sound", evidence


# %% wrong: nan passes
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if evidence[box] < lowest or evidence[box] > highest:
            return box, evidence
    return "sound", evidence


# %% wrong: stops at the first yes
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if lowest <= evidence[box] <= highest:
            return box, evidence
    return "sound", evidence


# %% wrong: the evidence of the last box is missing
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        number = measure(setup)
        if not lowest <= number <= highest:
            return box, evidence
        evidence[box] = number
    return "sound", evidence


# %% wrong: all boxes are measured first
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {box: measure(setup) for box, (measure, _, _) in tests.items()}
    for box, (_, lowest, highest) in tests.items():
        if not lowest <= evidence[box] <= highest:
            return box, evidence
    return "sound", evidence


# %% wrong: a guess: always the step
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, *_) in tests.items():
        evidence[box] = measure(setup)
        if box == "step":
            return box, evidence
    return "sound", evidence


# %% wrong: each box is measured twice
def diagnose(setup, tests):
    """Ask the boxes of the chart in turn; return where it ends, and what was measured on the way."""
    evidence = {}
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if not lowest <= measure(setup) <= highest:
            return box, evidence
    return "sound", evidence


# %% right: by a loop that breaks
def diagnose(setup, tests):
    evidence, verdict = {}, "sound"
    for box, (measure, lowest, highest) in tests.items():
        evidence[box] = measure(setup)
        if evidence[box] >= lowest and evidence[box] <= highest:
            continue
        verdict = box
        break
    return verdict, evidence
