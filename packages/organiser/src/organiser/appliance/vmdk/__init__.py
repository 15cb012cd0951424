"""Stream-optimised VMDK: the format (``layout``), a writer, a reader, and a judge of streams.

After VMware's "Virtual Disk Format 5.0", whose section names the modules cite.
"""
