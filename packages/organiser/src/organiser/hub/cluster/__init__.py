"""The classroom on Kubernetes: one server's seats, cards and door, in the hub of Zero-to-JupyterHub's chart.

Role ``hub-kubernetes`` writes a folder for each classroom, which a cluster's owner can read and apply::

    README.md           ten commands, from an empty cluster to the first log-in
    values.yaml         the chart's values
    hub-code.yaml       further values: this package's files, which the chart mounts into its hub
    own-values.yaml     further values: the organiser's own
    objects/            what is not the chart's: namespace, two network policies, a quota, the seats' code
    private/            for the organiser alone: key, token, the seats' hashes, and the Secret made of them
    cards/              for the organiser alone: the printed cards, to be taken away
    classroom.json      namespace and address, for ``workshop cluster``

The chart's own image of the hub is used as it is: it gets its mends with the chart, nobody has to build, scan
and store a second image, and whoever reads the values has read all code of ours that runs in the hub.
"""
