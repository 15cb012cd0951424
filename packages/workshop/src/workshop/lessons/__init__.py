"""The workshop's lessons: ``lessonkit`` with this machine's yardstick and Theano's compile cache.

``lessonkit`` describes the format of a lesson, and how it is run. What is the workshop's own:

``slowness``, ``noise``
    what fixed pieces of work cost before, during and after a lesson, relative to the reference, and how
    much that varied; see ``yardstick``. A lesson's work is in seconds of the machine on which the yardstick
    has the length 1. The lesson's process group is stopped during a piece, for at most 4 % of the time, which
    is in none of its figures.
kernels
    Theano, TensorFlow and PyTorch, in environments that set-up makes; their sockets are files that only the
    account reaches.
answers in Theano
    are tried without a compiler (``teach.tried_in_theano``).
``warm``
    fills Theano's compile cache.
"""
