"""The classroom on Kubernetes: one server's seats, cards and door, in the hub of Zero-to-JupyterHub's chart.

Role ``hub-kubernetes`` writes a folder for each classroom, which a cluster's owner can read and apply::

    README.md           ten commands, from an empty cluster to the first log-in
    values.yaml         the chart's values
    own-values.yaml     further values: the organiser's own
    objects/            what is not the chart's: namespace, two network policies, a quota
    private/            for the organiser alone: key, token, the seats' hashes, and the Secret made of them
    cards/              for the organiser alone: the printed cards, to be taken away
    classroom.json      namespace and address, for ``workshop cluster``

The hub's image is the chart's with our wheels (``Containerfile``); ``tools/chart-pins.bash`` builds it. The
seats' image is the workshop's own, which has this package next to JupyterHub (``organiser.image.hub``).
"""
