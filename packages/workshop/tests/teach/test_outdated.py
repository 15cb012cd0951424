"""A notebook that somebody edited long ago imports what is gone; its cell fails, and says what to do."""

from __future__ import annotations

import pytest

pytest.importorskip("IPython")


@pytest.mark.parametrize(
    "cell",
    [
        "from workshop.teach.progress import ProgressLine",
        "from workshop.teach import photos",
        "from workshop.bubblebreaker import engine",
    ],
)
def test_an_old_import_names_the_new_notebook(
    cell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/notebooks/7-make/20-gan.ipynb")
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    from workshop.teach import outdated

    outdated.watch()
    done = shell.run_cell(cell)
    said = capsys.readouterr().out
    assert isinstance(done.error_in_exec, ImportError)
    assert said.strip().splitlines()[-1].endswith("'workshop update notebooks' brings the new 20-gan.ipynb.")
    shell.run_cell("import nothing_of_ours")
    assert "workshop update" not in capsys.readouterr().out
