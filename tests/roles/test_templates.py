"""What Ansible makes of backslashes: in a template it keeps them, unless YAML has read them before.

In a condition, which is no template, Jinja reads them: there a regular expression's word boundary is a
backspace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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


CONDITIONS = {"when", "until", "failed_when", "changed_when", "that"}
READ_BY_JINJA = re.compile(r"(?<!\\)(\\\\)*\\[\nabfnrtvxuUN0-7]")


def conditions(node: yaml.Node | None, key: str = "") -> Iterator[yaml.ScalarNode]:
    """Every condition below a node, or in a list of such."""
    if isinstance(node, yaml.ScalarNode) and key in CONDITIONS:
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from conditions(item, key)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from conditions(value, name.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_condition_has_a_backslash_that_jinja_reads(path) -> None:
    for node in conditions(yaml.compose(path.read_text(encoding="utf-8"), yaml.CSafeLoader)):
        assert not READ_BY_JINJA.search(node.value), f"{path}:{node.start_mark.line + 1}"
