"""Networks that read and write text, one character after the other.

``alphabet`` turns text into numbers, ``streams`` into batches; ``network`` is the recurrent network, in
Theano; ``learning`` trains it, ``scores`` says how well it guesses, and ``writing`` lets it write.
``ngrams`` is what to beat: counts of what followed the last few characters. Importing this package
imports nothing; a lesson imports the modules that it needs.
"""
