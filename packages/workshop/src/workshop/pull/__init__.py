"""What the notebook *U for Upgrade* imports; all the rest lies in ``workshop.sync``."""
