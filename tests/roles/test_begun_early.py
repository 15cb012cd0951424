"""What a set-up begins before its role comes depends on nothing that is written in between."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_module import ROOT
from jinja2.nativetypes import NativeEnvironment

DATA, PAGES, PARTS = ["data"], ["pages"], ["parts"]


def begun(**differs: Any) -> list[list[str]]:
    """Return the commands that `site.yml` begins with the environments."""
    play = yaml.safe_load((ROOT / "playbooks/site.yml").read_text(encoding="utf-8"))[0]
    environment = NativeEnvironment()
    environment.filters["intersect"] = lambda one, other: [each for each in one if each in other]
    environment.filters["bool"] = bool
    known = {
        "ansible_run_tags": ["all"],
        "deep_libs_kernels": ["theano", "tensorflow"],
        "notebook_sync_updatable": False,
        "__notebook_sync_is_chosen": False,
        "__datasets_command": DATA,
        "__js_demos_build": PAGES,
        "__deep_libs_mend_command": PARTS,
    }
    found = environment.from_string(play["vars"]["python_venv_meanwhile"]).render(known | differs)
    return [each["argv"] for each in found]


@pytest.mark.parametrize("given", ["__notebook_sync_is_chosen", "notebook_sync_updatable"])
def test_pages_that_say_whether_updates_come_wait_until_that_is_written_down(given: str) -> None:
    assert begun() == [DATA, PAGES, PARTS]
    assert begun(**{given: True}) == [DATA, PARTS]


def test_with_tags_only_what_they_name_begins() -> None:
    assert begun(ansible_run_tags=["python-venv"]) == []
    assert begun(ansible_run_tags=["python-venv", "datasets"]) == [DATA]
    assert begun(deep_libs_kernels=["tensorflow"]) == [DATA, PAGES]
