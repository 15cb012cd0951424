"""Bills of materials, judged by CycloneDX's own schema, as its own Python library has it."""

from __future__ import annotations

import json
from functools import cache

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


@cache
def _validator(version: str) -> JsonStrictValidator:
    return JsonStrictValidator(SchemaVersion.from_version(version))


def require_sound(bill: str) -> None:
    """Fail with what the schema of the version that a bill names has against it."""
    said = json.loads(bill)
    assert said["bomFormat"] == "CycloneDX"
    fault = _validator(said["specVersion"]).validate_str(bill)
    assert fault is None, str(fault)[:2000]
