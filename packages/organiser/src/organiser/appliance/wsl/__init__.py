"""A distribution for WSL: a root directory as a ``.wsl`` file, a tar compressed by gzip.

WSL 2.4.4 and later installs it by a double click; an older one by ``wsl --import``. It is the root of the
virtual machine, seen differently while it is written: without kernel and boot loader, without the account,
which the first start makes (WSL wants to make it itself), with services on 127.0.0.1, which Windows reaches
as localhost, and without units that WSL does the work of. What WSL reads: learn.microsoft.com, "Build a
custom Linux distribution for WSL".

The same root gives the same bytes. The last member holds the SHA-256 of all before it, for a tar has no sums.
"""
