"""Search: plans that try many games before they make a move."""
