"""A network that says what a board is worth, and plays by looking one move ahead.

``features`` tells it about a board, ``pairs`` and ``peeling`` count a part of that, ``ahead`` looks ahead and
plays, and ``trained`` answers in plain NumPy.
"""
