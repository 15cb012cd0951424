"""What only an organiser runs: appliances, thumb drives and classrooms."""

__version__ = "1.0.0rc1"
