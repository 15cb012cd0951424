"""What a machine shows on port 8082: start page, demos, slides and their schedule; and its server."""
