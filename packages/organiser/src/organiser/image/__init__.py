"""The workshop as an OCI image, for docker, podman and a cluster: the appliance's root, seen differently.

One root for each processor, made by the same roles; the image is written of it in layers. What is in the
format: github.com/opencontainers/image-spec, version 1.1. The same root gives the same bytes.

Inside, ``start`` is the first process, as an account that is not root. It writes below ``/tmp`` and the home
only, so that the root file system may be read-only and the account any other.
"""
