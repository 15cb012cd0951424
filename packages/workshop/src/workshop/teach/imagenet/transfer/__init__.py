"""Teach a trained network new things: its features stay fixed, and a small classifier is trained on top.

``things`` has the workshop's own photographs, ``folder`` reads and checks a folder of yours, ``judge``
splits, measures and compares, ``classifier`` is the head, which can be saved and applied. Importing this
package imports nothing; a lesson imports the modules that it needs.
"""
