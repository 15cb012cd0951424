"""The foundation, which everything may import and which imports nothing above it."""
