"""The room votes: a question on a slide, a page for phones, a histogram that grows.

``questions`` reads the questions of the slides, ``ballots`` keeps the votes, ``room`` is the page for phones,
``wall`` serves the deck and tells it how the vote stands, ``running`` puts these together.
"""
