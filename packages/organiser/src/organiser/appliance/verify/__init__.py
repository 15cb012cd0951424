"""Judge an OVA: ``scan`` reads it once, and small checks look at what was seen.

Each check has a name and one line that says why it matters. Checks come in stages; a stage with a
fault ends the judgement, so that one fault gives one clear reason and not twenty.
"""
