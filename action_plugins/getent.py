"""See in_worker.py. No link to it, for an update checks out links as plain files."""

from __future__ import annotations

from ansible.plugins.loader import action_loader

ActionModule = action_loader.get("in_worker", class_only=True)
