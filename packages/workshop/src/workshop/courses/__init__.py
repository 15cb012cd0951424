"""Courses of others: a folder with ``course.toml`` becomes kernels, data and notebooks of this machine."""
