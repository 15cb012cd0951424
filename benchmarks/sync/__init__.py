"""Sync beside nbgitpuller, killed at random moments, and fed with random edits."""
