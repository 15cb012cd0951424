"""From a finished root to an image: the writers of the forms ``oci`` and ``oci-small``."""

from __future__ import annotations

from pathlib import Path

from organiser.appliance.architecture import Architecture
from organiser.image import layers, oci
from organiser.image.view import view

STORE = "layers"
"""Below the folder of forms: what images of one root share."""


def write_image(
    root: Path,
    target: Path,
    *,
    name: str,
    version: str,
    revision: str,
    epoch: int,
    architecture: Architecture,
    key: str,
    small: bool = False,
    hub_packages: Path | None = None,
) -> None:
    """Write a root as an image for one processor; its layers stay beside it until all forms are written.

    key: of everything in the root. epoch: seconds since 1970; no date in it is later.
    hub_packages: what a hub's seat needs besides; None: nothing.

    Raises WorkshopError when the root has no account or service of the workshop's.
    """
    seen = view(root, name, version, small=small, hub_packages=hub_packages)
    store = target.parent / STORE
    made = [layers.ensure(store, each, key, layers.of_root(root, each, epoch)) for each in seen.layers]
    if hub_packages is not None:
        made.append(layers.ensure(store, "hub", key, layers.of_packages(hub_packages, epoch)))
    own = layers.of_own(root, seen, epoch)
    made.append(layers.ensure(store, "image", f"{key} {small}", own))
    oci.write(oci.About(version, revision, epoch, architecture, small), made, target)
