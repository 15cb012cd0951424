"""What only an organiser runs: appliances, thumb drives and classrooms."""

__version__ = "0.1.0"
