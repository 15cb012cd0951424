"""What the tests measured, for the end of their report."""

FIGURES: list[str] = []
