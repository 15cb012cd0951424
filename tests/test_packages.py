"""The wheels: what is in them, what they need of each other, and the games in an environment of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
UV = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
pytestmark = [
    pytest.mark.skipif(UV is None, reason="no uv beside this Python or on PATH"),
    pytest.mark.network,
]

PARTICIPANT = {
    "__init__.py", "__main__.py", "py.typed", "bench.py", "bubblebreaker.py", "cli.py", "datasets",
    "environment.py", "errors.py", "imagenet", "jupyter", "lazy.py", "lessons", "machine", "output.py",
    "patience.py", "plugins.py", "ports.py", "priority.py", "pull", "servers.py", "settings.py", "slides",
    "sync", "teach", "updates.py", "web",
}  # fmt: skip
"""All that a participant's machine gets of the package workshop."""


def uv(*words: object) -> None:
    """Run uv, with the network only where its cache is not enough."""
    command = [str(UV), *map(str, words)]
    if subprocess.run([*command, "--offline"], capture_output=True, check=False).returncode:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of each package, by the name of its folder."""
    folder = tmp_path_factory.mktemp("wheels")
    built = {}
    for project in sorted(ROOT.glob("packages/*")):
        uv("build", "--quiet", "--wheel", "--require-hashes", "--build-constraints", ROOT / "locks/build.txt",
           "--out-dir", folder / project.name, project)  # fmt: skip
        (built[project.name],) = (folder / project.name).glob("*.whl")
    return built


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        return packed.namelist()


def needs_of(wheel: Path) -> list[str]:
    """Return what a wheel requires beside its extras."""
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (each for each in packed.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(packed.read(name).decode())
    return [each for each in metadata.get_all("Requires-Dist") or [] if "extra ==" not in each]


def test_a_participants_wheel_has_what_a_participant_runs(wheels: dict[str, Path]) -> None:
    names = names_in(wheels["workshop"])
    inside = {name.split("/")[1] for name in names if name.startswith("workshop/")}
    assert inside == PARTICIPANT
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"workshop", "deep_learning_workshop"}
    assert "workshop/datasets/catalogue.yml" in names
    assert not [name for name in names if "test" in Path(name).name or "bench" in Path(name).parts]


def test_the_other_wheels_have_one_package_each(wheels: dict[str, Path]) -> None:
    for name in ("organiser", "bubblebreaker"):
        tops = {each.split("/")[0] for each in names_in(wheels[name])}
        assert name in tops
        assert all(top == name or top.endswith(".dist-info") for top in tops), tops
        assert not [each for each in names_in(wheels[name]) if "test" in Path(each).name]


def test_each_wheel_has_the_licence(wheels: dict[str, Path]) -> None:
    ours = (ROOT / "LICENSE").read_bytes()
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as packed:
            (name,) = (each for each in packed.namelist() if each.endswith("/LICENSE"))
            assert packed.read(name) == ours


def test_who_needs_whom(wheels: dict[str, Path]) -> None:
    assert needs_of(wheels["workshop"]) == []
    assert needs_of(wheels["organiser"]) == ["deep-learning-workshop[run]"]
    assert not [each for each in needs_of(wheels["bubblebreaker"]) if "workshop" in each]


GAME = """
import gymnasium, warnings
from gymnasium.utils.env_checker import check_env
import bubblebreaker.envs
for name in ("BubbleBreaker-v0", "SameGame-v0"):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(name).unwrapped, skip_render_check=True)
from bubblebreaker.agents import make_agent, play_game
from bubblebreaker.reference import Game
from bubblebreaker.rules import SAMEGAME
for name in ("tabu", "value"):
    game = play_game(make_agent(name, SAMEGAME, 1, 1.0), Game.seeded(SAMEGAME, 1))
    assert game.over and game.score > 100, (name, game.score)
import importlib.util
assert importlib.util.find_spec("workshop") is None
print("played")
"""


def test_the_games_alone_pass_gymnasiums_check_and_play(wheels: dict[str, Path], tmp_path: Path) -> None:
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    uv("pip", "install", "--quiet", "--python", python, wheels["bubblebreaker"])
    done = subprocess.run(
        [python, "-I", "-c", GAME], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "played\n", done.stderr
