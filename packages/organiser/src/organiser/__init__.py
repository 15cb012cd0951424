"""What only an organiser runs: appliances and thumb drives."""

__version__ = "0.1.0"
