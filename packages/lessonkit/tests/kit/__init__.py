"""Tests of the kit of lessons."""
