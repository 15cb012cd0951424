"""How many threads the BLAS of the Theano kernel should use on this machine, found by measuring.

``libraries`` says which BLAS there is, ``sweep`` measures what ``workloads`` name, ``choose`` judges the
figures, ``choice`` keeps the verdict for ``workshop.machine.kernel`` to read when a kernel starts.
"""
