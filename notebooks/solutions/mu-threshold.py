def threshold(sure, hits, wanted):
    """sure: (n) confidences, hits: (n) booleans → the lowest confidence at which to answer, a number."""
    return min(each for each in sure if hits[sure >= each].mean() >= wanted)
