"""Bubble Breaker and SameGame: rules, a compiled engine, Gymnasium environments, agents and search.

A board is an int8 array of shape (rows, columns); row 0 is its top line, 0 is an empty cell, 1 to
``colours`` are bubbles and -1 is a grey bubble that nobody can burst. Each module is usable alone.
``reference`` is the oracle in plain Python: short, slow, and what everything compiled is tested
against.
"""

__version__ = "1.0.0rc1"
