"""What checking the lessons, and running them for the first time, takes beside an older revision."""
