"""Networks of ImageNet's competition as Lasagne networks with their trained weights.

>>> network = open_network("efficientnet-lite0")           # doctest: +SKIP
>>> network.classify("cat.jpg")[0]                         # doctest: +SKIP
Guess(name='Egyptian cat', probability=0.61, number=285)

``open_network`` gives a :class:`workshop.teach.imagenet.network.Network`: ``layers`` has each layer by its
published name, ``classify``, ``features`` and ``activations`` ask it. The weights are data sets of the
catalogue with the networks' names; ``available`` says which are on this machine.
Importing this package imports neither Theano nor Lasagne.
"""

from workshop.teach.imagenet.collection import NAMES, available, open_first, open_network

__all__ = ["NAMES", "available", "open_first", "open_network"]
