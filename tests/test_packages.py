"""The wheels: what is in them, what they need of each other, and the games in an environment of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
UV = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
pytestmark = [
    pytest.mark.skipif(UV is None, reason="no uv beside this Python or on PATH"),
    pytest.mark.network,
]

NAMES = ("bubblebreaker", "lessonkit", "deep-learning-workshop-organiser", "deep-learning-workshop")
"""The distributions, in the order of their folders."""
PARTICIPANT = {
    "__init__.py", "__main__.py", "py.typed", "bench.py", "core", "courses", "datasets",
    "jupyter", "lessons", "machine", "site", "sync", "teach",
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
    for name in ("organiser", "lessonkit", "bubblebreaker"):
        tops = {each.split("/")[0] for each in names_in(wheels[name])}
        assert name in tops
        assert all(top == name or top.endswith((".dist-info", ".data")) for top in tops), tops
        # What lies beside the package is JupyterLab's to find, and nothing else.
        beside = [each.split("/", 1)[1] for each in names_in(wheels[name]) if ".data/" in each]
        assert all(each.startswith("data/share/jupyter/labextensions/") for each in beside), beside
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
    for name in ("lessonkit", "bubblebreaker"):
        assert not [each for each in needs_of(wheels[name]) if "workshop" in each]


COMES_ALONG = """
import importlib.util
import bubblebreaker.envs
from bubblebreaker.agents import make_agent
from bubblebreaker.rules import SAMEGAME
# Its network comes along; to compile what it plays by takes longer than all the rest.
make_agent("value", SAMEGAME)
assert importlib.util.find_spec("workshop") is None
print("played")
"""
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
game = play_game(make_agent("tabu", SAMEGAME, 1, 1.0), Game.seeded(SAMEGAME, 1))
assert game.over and game.score > 100, game.score
print("played")
"""


# Compiling is most of what it takes to play, and packages/bubblebreaker/tests does both in each run.
@pytest.mark.parametrize(
    "program",
    [
        pytest.param(COMES_ALONG, id="what comes along"),
        pytest.param(GAME, id="a game", marks=pytest.mark.slow),
    ],
)
def test_the_games_alone_pass_gymnasiums_check_and_play(
    wheels: dict[str, Path], tmp_path: Path, program: str
) -> None:
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    uv("pip", "install", "--quiet", "--python", python, wheels["bubblebreaker"])
    done = subprocess.run(
        [python, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "played\n", done.stderr


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--static"], id="read"),
        pytest.param([], id="run", marks=pytest.mark.slow),
    ],
)
def test_the_kit_of_lessons_alone_proves_its_example(
    wheels: dict[str, Path], tmp_path: Path, words: list[str]
) -> None:
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    # Our settings of uv leave pandas out, which the second lesson needs.
    others = [] if words else ["--no-config", "pandas"]
    uv("pip", "install", "--quiet", "--python", python, wheels["lessonkit"], *others)
    alone = "import importlib.util as u; assert u.find_spec('workshop') is None"
    subprocess.run([python, "-I", "-c", alone], check=True)
    shutil.copytree(ROOT / "packages/lessonkit/example", tmp_path / "course")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [tmp_path / "venv/bin/lessonkit", "check", *words],
        cwd=tmp_path / "course",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def former_wheel(folder: Path) -> Path:
    """Write what the version before was: one wheel, with the games and the organiser's part inside."""
    info = "deep_learning_workshop-0.1.0.dist-info"
    files = {
        "workshop/__init__.py": "",
        "workshop/bubblebreaker/__init__.py": "",
        "workshop/bubblebreaker/rules.py": "SAMEGAME = 'of the version before'",
        "workshop/appliance/__init__.py": "",
        "workshop/slides/__init__.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: deep-learning-workshop\nVersion: 0.1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    path = folder / "deep_learning_workshop-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(name, text)
    return path


def test_an_environment_of_the_version_before_becomes_the_new_one(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    """Of equal version; with the bytecode that was compiled while it ran."""
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    uv("pip", "install", "--quiet", "--no-deps", "--python", python, former_wheel(tmp_path))
    subprocess.run([python, "-c", "import workshop.bubblebreaker.rules, workshop.appliance"], check=True)
    wanted = tmp_path / "wanted.txt"
    lines = [
        f"{path.as_uri()} --hash=sha256:{sha256(path.read_bytes()).hexdigest()}" for path in wheels.values()
    ]
    wanted.write_text("".join(f"{name} @ {line}\n" for name, line in zip(NAMES, lines, strict=True)))
    uv("pip", "sync", "--quiet", "--require-hashes", "--python", python, wanted)
    code = (
        "import importlib.util as u\n"
        "print(u.find_spec('workshop.slides'), u.find_spec('organiser.appliance') is not None)"
    )
    said = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said[0] == "None True"
