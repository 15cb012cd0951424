"""Text one character at a time: what lessons share.

``alphabet`` turns text into numbers, ``streams`` short texts into batches; ``ngrams`` is what to beat: counts
of what followed the last few characters; ``show`` draws what a network writes. ``cells`` and ``through_time``
are the LSTM that reads names (``names.reader``). Importing this package imports nothing; a lesson imports the
modules that it needs.
"""
