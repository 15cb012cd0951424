"""Which graphics card to train on: a dated table, what a network needs, and what this machine has.

``table`` reads ``gpus.toml``, ``need`` estimates memory, ``detect`` looks for a card here, ``chart`` and
``chooser`` show it all in a notebook without any library for drawing.
"""
