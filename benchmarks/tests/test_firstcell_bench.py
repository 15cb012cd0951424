from __future__ import annotations

from pathlib import Path

from benchmarks.firstcell.bench import ALONE, BESIDE, WARM, lines, summarise
from benchmarks.firstcell.machine import Opened, first_cells, just_set_up
from workshop.settings import Settings, load_settings

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_bar_is_on_the_way_beside_the_warm_up() -> None:
    opened = {ALONE: Opened(1.0, [0.1, 30.0], 30.0), WARM: Opened(1.0, [0.1, 0.2], 2.0)}
    good = summarise(opened | {BESIDE: Opened(1.0, [0.1, 8.0], 9.0, 1)})
    assert good["passed"] and good["trials"][BESIDE]["seconds"] == 9.1
    assert not summarise(opened | {BESIDE: Opened(1.0, [0.1, 8.0], 10.5)})["passed"]
    assert len(lines(good)) == 3


def test_the_first_lesson_is_opened_up_to_the_first_cell_that_compiles() -> None:
    cells = first_cells(Settings(prefix=CHECKOUT, source=CHECKOUT))
    assert "theano.function(" in cells[-1]
    assert any("import theano" in cell for cell in cells[:-1])
    assert not any("theano.function(" in cell for cell in cells[:-1])


def test_a_passing_machine_compiles_into_its_own_folder(tmp_path: Path) -> None:
    prefix = tmp_path / "machine"
    for name in ("etc", "theano", "venvs", "data", "log"):
        (prefix / name).mkdir(parents=True)
    (prefix / "etc/workshop.toml").write_text(f'prefix = "{prefix}"\nsource = "{CHECKOUT}"\n')
    (prefix / "etc/theanorc").write_text(f"[global]\nbase_compiledir = {prefix}/theano\n")
    (prefix / "theano/compiled").touch()
    with just_set_up(load_settings(prefix / "etc/workshop.toml"), tmp_path / "scratch") as file:
        house = load_settings(file).prefix
        assert house == tmp_path / "scratch" / "house"
        assert list((house / "theano").iterdir()) == []
        assert f"base_compiledir = {house}/theano" in (house / "etc/theanorc").read_text()
        assert (house / "venvs").resolve() == prefix / "venvs"
