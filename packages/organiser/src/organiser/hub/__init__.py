"""The classroom: one server, many seats, an address and a code on a card.

A *seat* is a number with an account of the machine, a home and a code. ``workshop classroom seats`` makes
seats and prints their cards; JupyterHub lets people in by :mod:`organiser.hub.authenticator` and starts
each seat's server as a systemd unit by :mod:`organiser.hub.spawner`.

Files, below the prefix of the machine::

    etc/hub.toml           what set-up decided (:mod:`organiser.hub.settings`)
    hub/private/           root's, readable by the hub: the key, the seats' hashes, two tokens
    hub/state/             the hub's own: database, cookie secret, who sits where
    hub/cards/             root's alone: the printed cards, to be taken away
    hub/theano/            root's: one warm cache, and for each seat a folder of hard links to it
"""
