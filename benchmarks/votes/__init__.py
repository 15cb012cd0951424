"""Two hundred phones vote within ten seconds while the process is killed and started again."""
