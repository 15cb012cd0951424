"""The start page and the demos: putting their site together, and serving it on the machine."""
