"""The appliance: from a root directory to a disk, an OVA, and the proof that the OVA is sound.

``pack`` makes an OVA of a root directory; ``verify`` judges one; ``boot`` starts one under qemu;
``export`` takes one from VirtualBox. Nothing here needs VirtualBox, a loop device or a mount.
"""
