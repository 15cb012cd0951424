"""How long the first lesson's first cells take on a machine that was just set up."""
