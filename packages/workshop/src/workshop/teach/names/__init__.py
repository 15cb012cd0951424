"""Names of people: where they are from, and new ones."""
