"""Experiments of chapter 1 that are longer than its lessons: one change at a time, or more time."""
