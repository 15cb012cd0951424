"""What the workshop adds to the Jupyter server: kernels that die alone, and say why.

The server's settings name two classes: ``provisioner.MortalKernel`` starts kernels and sees how they
end; ``channels.TellingChannels`` puts the reason into the notebook. Kernels need nothing of it.
"""
