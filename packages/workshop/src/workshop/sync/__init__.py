"""Participants' notebooks: lay new ones down and never lose an edit.

The rule is rpm's ``.rpmnew``: what the participant did not change is replaced, what they changed
stays, and the new version comes beside it.
"""
