"""Learners' own notebooks import the games by their former name."""

from __future__ import annotations

import subprocess
import sys


def test_the_former_name_is_the_very_same_package() -> None:
    code = """
import warnings
warnings.simplefilter("error", ImportWarning)
from workshop.bubblebreaker import agents, engine, rules
from workshop.bubblebreaker.agents.simple import RuleOfThumb
import workshop.bubblebreaker.value.trained as trained
import bubblebreaker, importlib
import bubblebreaker.agents.simple
assert engine is bubblebreaker.engine and rules.SAMEGAME is bubblebreaker.rules.SAMEGAME
assert RuleOfThumb is bubblebreaker.agents.simple.RuleOfThumb
assert trained is bubblebreaker.value.trained
assert engine.__spec__.name == "bubblebreaker.engine"
importlib.reload(rules)
try:
    import workshop.bubblebreaker.nonsense
except ModuleNotFoundError as error:
    assert "bubblebreaker.nonsense" in str(error)
else:
    raise AssertionError("a module that is not there was found")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
