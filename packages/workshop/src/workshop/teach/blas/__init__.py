"""What the lesson *BLAS* has beside its own measurements: those of another machine."""
