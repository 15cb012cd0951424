"""From 2012 to today: works, numbers and frameworks, each with its source, and pictures made of them.

``works`` reads and checks ``since.toml`` and tells how old it is; ``chart`` draws it as SVG, because
Jupyter's own environment has no library for drawing; ``timeline`` lets a learner walk through it.
"""
