"""A machine that updates itself: fetch a signed revision, verify it, then run its playbook.

The order is the point: nothing of a revision runs, and nothing of it is written where it could be run,
before its signature is known to be good.
"""
