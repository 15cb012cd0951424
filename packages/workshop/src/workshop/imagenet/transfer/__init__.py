"""Teach a trained network new things: its features stay as they are, a small classifier is put on top.

``things`` has the workshop's own photographs, ``folder`` reads and checks a folder of yours, ``judge``
splits, measures and compares, ``classifier`` is the head that can be saved and asked. Importing this
package imports nothing; a lesson imports the modules that it needs.
"""
