"""The Deep Learning Workshop: what runs it and what it teaches.

Importing this package imports nothing heavy; each capability is a subpackage of its own.
"""

__version__ = "1.0.0rc1"
