"""A compressed qcow2 disk: the format (``layout``), a writer, and a reader that trusts nothing.

After QEMU's docs/interop/qcow2.txt, version 3. ``qemu-img convert -c`` would write one, but it is a package
more, and what a participant verifies the disk with needs a reader anyway.
"""
