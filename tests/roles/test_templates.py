"""What Ansible makes of backslashes: in a template it keeps them, unless YAML has read them before."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_module import ROOT

FILES = sorted(
    path for folder in ("roles", "playbooks", "inventories") for path in (ROOT / folder).rglob("*.yml")
)
IN_A_TEMPLATE = re.compile(r"{[{%](?:(?![}%]}).)*?\\[nrt]", re.DOTALL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_means_an_end_of_line_by_a_backslash(path) -> None:
    r"""Only in YAML's double quotes is '\n' one; elsewhere it would be two characters."""
    for token in yaml.scan(path.read_text(encoding="utf-8")):
        if isinstance(token, yaml.ScalarToken):
            line = token.start_mark.line + 1
            assert not IN_A_TEMPLATE.search(token.value), f"{path}:{line}"
