"""A class that logs in: how long people wait, and what the server needs, against Debian's JupyterHub."""
