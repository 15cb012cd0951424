"""A kernel of Jupyter's server that no other account of the machine hears."""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from workshop.jupyter.ipc import OwnSockets


class OwnServerKernel(OwnSockets, ServerKernelManager):
    """What Jupyter's server knows of a kernel, with sockets of this account's own."""
