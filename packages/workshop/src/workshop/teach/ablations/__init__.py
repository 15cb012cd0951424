"""Experiments of chapter 1 that are longer than their lessons: one change at a time, or more time to learn."""
