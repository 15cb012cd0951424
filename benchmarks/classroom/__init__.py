"""A class that comes in at once: log-ins, first cells, memory and faults of a classroom, beside its peers."""
