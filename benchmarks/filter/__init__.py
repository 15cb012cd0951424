"""What ``workshop bench filter`` runs: notebooks as people leave them, and filters that git runs on them."""
