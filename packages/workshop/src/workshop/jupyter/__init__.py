"""What the workshop adds to the Jupyter server: kernels that die alone, and say why.

``extension`` is what the server loads: ``gate`` hides its path from whoever is not logged in,
``updatespage`` brings the newest notebooks. ``ipc`` lets kernels talk where no other account hears them.
The server's settings name more classes: ``provisioner.MortalKernel`` starts kernels and sees how they
end; ``channels.TellingChannels`` puts the reason into the notebook. Kernels need nothing of it.
"""
