"""The variables of set-up that hold a secret, and a canary for each: a text that is found nowhere else."""

from __future__ import annotations

import base64
import hashlib
from typing import Any


def canary(name: str) -> str:
    """Return the canary of a secret; it is a good token, too."""
    return f"canary-{hashlib.sha256(name.encode()).hexdigest()[:24]}"


GIVEN: dict[str, Any] = {
    "appliance_image_token": canary("appliance_image_token"),
    "jupyter_service_token": canary("jupyter_service_token"),
    "hub_kubernetes_values": {"imagePullSecret": {"password": canary("hub_kubernetes_values")}},
    "hub_service_acme_environment": {"PROVIDER_API_KEY": canary("hub_service_acme_environment")},
    "hub_service_authenticator_settings": {"client_secret": canary("hub_service_authenticator_settings")},
    "notebook_sync_variables": {"jupyter_service_token": canary("notebook_sync_variables")},
}
"""What an organiser gives that is secret, or may be."""

HARMLESS = {
    "base_fedora_authorized_keys": "public keys",
    "base_fedora_ssh_password_authentication": "whether sshd takes passwords",
    "hub_kubernetes_pull_secrets": "names of Secrets, which the cluster holds",
    "hub_kubernetes_tls_secret": "the name of a Secret, which the cluster holds",
    "hub_service_certificate_key": "the path of a file, which the role never reads into a variable",
    "known_machine": "the path of a file",
    "ansible_ssh_private_key_file": "the path of a file",
}
"""What only sounds like a secret, and why it is none."""

GENERATED = (
    "etc/token",
    "hub/private/key",
    "hub/private/cli-token",
    "hub/private/proxy-token",
    "hub/private/certificate-key.pem",
    "hub/state/cookie-secret",
)
"""Files below the prefix that hold what a machine of its kind makes itself."""


def forms(secret: str) -> list[str]:
    """Return a secret as a search finds it: as it is, and a long one in base64 at each alignment."""
    if len(secret) < 16:
        return [secret]
    plain = secret.encode()
    shifted = [base64.b64encode(b"\0" * shift + plain)[4 * bool(shift) :] for shift in range(3)]
    # The last group depends on what follows.
    return [secret, *(text.rstrip(b"=")[:-4].decode() for text in shifted)]


def found(secrets: dict[str, str], text: str) -> list[str]:
    """Return the names of the secrets that a text holds, in any form."""
    return sorted(name for name, secret in secrets.items() if any(each in text for each in forms(secret)))
