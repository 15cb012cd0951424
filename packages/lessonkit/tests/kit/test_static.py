from pathlib import Path
from typing import Any

import pytest

from lessonkit.catalogue import about
from lessonkit.predictions import faults_between_predictions
from lessonkit.static import faults_between, faults_of_file

from . import building

Notebook = building.Notebook


def faults(folder: Path, notebook: Notebook) -> list[str]:
    lesson = building.put(folder, "1-try/10-it", notebook, building.SOLUTIONS)
    return faults_of_file(lesson, notebook, about("it", notebook), folder, ran=True, plugin=building.House())


def cell(notebook: Notebook, name: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def change_cell(name: str, **values: Any) -> building.Change:
    return lambda notebook: cell(notebook, name).update(values)


def retag(name: str, *tags: str) -> building.Change:
    return lambda notebook: cell(notebook, name)["metadata"].update(tags=list(tags))


def remove(name: str) -> building.Change:
    return lambda notebook: notebook["cells"].remove(cell(notebook, name))


def add(*cells: dict[str, Any]) -> building.Change:
    return lambda notebook: notebook["cells"].extend(cells)


def settings(**values: Any) -> building.Change:
    return lambda notebook: notebook["metadata"]["lessonkit"].update(values)


def no_exercises(notebook: Notebook) -> None:
    notebook["cells"] = [c for c in notebook["cells"] if "-" not in c["id"]]


def swap(notebook: Notebook) -> None:
    cells = notebook["cells"]
    cells[3], cells[4] = cells[4], cells[3]


QUESTION = 'ask("size", "How large is it?", between=(0, 9), default=5)'


def asking(question: str = QUESTION, shown: str = "1 + answer", *tags: str) -> building.Change:
    """Add a prediction and the cell that reveals it."""
    return add(
        building.code(question, "predict:size", *tags, name="ask"),
        building.code("answer = len(SOLVED)", name="between"),
        building.code(f'reveal("size", {shown})', "reveal:size", name="tell"),
    )


PICTURES = "from house import pictures"
BREAKING: dict[str, tuple[building.Change, str]] = {
    "outputs": (
        change_cell("end", outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}]),
        "cell 10 holds outputs",
    ),
    "count": (change_cell("solved", execution_count=1), "cell 3 holds an execution count"),
    "no id": (change_cell("end", id=""), "cell 10 has no proper id"),
    "double id": (change_cell("end", id="solved"), "cell 10 has the id solved of cell 3"),
    "old format": (lambda notebook: notebook.update(nbformat_minor=4), "older than 4.5"),
    "long cell": (change_cell("end", source="x = 1\n" * 26), "cell 10 has 26 lines of code, at most 25"),
    "no with": (change_cell("check-halve", source="assert halve(2)"), "holds no 'with check(\"halve\")'"),
    "check far away": (
        lambda notebook: notebook["cells"].insert(6, building.code("1", name="between")),
        "cell 8 checks halve; it has to be the next cell of code behind that exercise",
    ),
    "check needed later": (
        lambda notebook: (
            cell(notebook, "check-halve").update(source='with check("halve"):\n    kept = halve(2)'),
            cell(notebook, "end").update(source="print(kept)"),
        ),
        "cell 10 uses kept of the check in cell 7",
    ),
    "no parameters": (retag("settings"), "0 cells are tagged parameters"),
    "two parameters": (retag("solved", "parameters"), "2 cells are tagged parameters"),
    "wrong parameters": (change_cell("settings", source='PROFILE = "fast"'), 'does not say PROFILE = "full"'),
    "saved injection": (retag("end", "injected-parameters"), "a cell is tagged injected-parameters"),
    "no exercises": (no_exercises, "the number of exercises is 0, at least 3"),
    "no check": (remove("check-halve"), "1 cells are tagged exercise:halve and 0 check:halve"),
    "no stub": (remove("do-halve"), "0 cells are tagged exercise:halve and 1 check:halve"),
    "check first": (swap, "double: the check comes before the exercise"),
    "bad name": (add(building.code("", "exercise:Big_One", name="big")), "'Big_One' must be lower case"),
    "tagged text": (
        lambda notebook: cell(notebook, "title")["metadata"].update(tags=["exercise:double"]),
        "cell 1 is tagged as exercise or check but holds no code",
    ),
    "exercise that may not raise": (
        retag("do-halve", "exercise:halve"),
        "cell 6 is an exercise; tag it raises-exception, too",
    ),
    "prediction without an end": (
        add(building.code(QUESTION, "predict:size", name="ask")),
        "1 cells are tagged predict:size and 0 reveal:size",
    ),
    "revealed first": (
        add(
            building.code('reveal("size", len(SOLVED))', "reveal:size", name="tell"),
            building.code(QUESTION, "predict:size", name="ask"),
        ),
        "size: it is revealed before it is asked",
    ),
    "prediction's name": (
        add(building.code("", "predict:Big_One", name="ask")),
        "the name of the prediction 'Big_One' must be lower case",
    ),
    "no question": (
        asking('ask("size", "It is large.", between=(0, 9), default=5)'),
        "must be a question",
    ),
    "another's question": (asking(QUESTION.replace("size", "length")), 'it has 0 times ask("size", …)'),
    "nothing to choose": (
        asking('ask("size", "How large?", choices=["big"], default="big")'),
        "two choices are the least",
    ),
    "default no choice": (
        asking('ask("size", "How large?", choices=["big", "small"], default="none")'),
        "its default must be one of its choices",
    ),
    "no range": (asking('ask("size", "How large?", unit="m", default=5)'), "between=(lowest, highest)"),
    "range upside down": (asking(QUESTION.replace("0, 9", "9, 0")), "name the lower number first"),
    "default out of range": (asking(QUESTION.replace("=5", "=50")), "must be a number within its range"),
    "no default": (asking(QUESTION.replace(", default=5", "")), "must be a number within its range"),
    "outcome written down": (asking(shown="7"), "must be computed behind the question"),
    "outcome known before": (asking(shown='SOLVED["double"]'), "must be computed behind the question"),
    "outcome of another": (
        lambda notebook: (asking()(notebook), cell(notebook, "tell").update(source="print(answer)")),
        'it has 0 times reveal("size", …)',
    ),
    "prediction that is kept": (asking(QUESTION, "answer", "keep_output"), "its output would be kept in git"),
    "no solution": (retag("do-halve", "exercise:third"), "the exercise third has no solution"),
    "lost picture": (
        change_cell("title", source="![x](../images/lost.png)"),
        "../images/lost.png, which does not exist",
    ),
    "lost html picture": (
        change_cell("title", source='<img width="3" src="lost.png">'),
        "lost.png, which does not exist",
    ),
    "picture from afar": (change_cell("title", source="![x](https://example.org/x.png)"), "from the network"),
    "lost attachment": (change_cell("title", source="![x](attachment:x.png)"), "which is not attached"),
    "no formula": (
        change_cell("title", source="it stands between $…$, or between `$…$`"),
        "cell 1 shows … as a formula",
    ),
    "lost lesson": (change_cell("title", source="see [next](20-lost.ipynb)"), "links to 20-lost.ipynb"),
    "no kernel": (lambda notebook: notebook["metadata"].pop("kernelspec"), "names no kernel"),
    "unknown kernel": (
        lambda notebook: notebook["metadata"]["kernelspec"].update(name="julia"),
        "the kernel 'julia' is unknown",
    ),
    "no minutes": (
        lambda notebook: notebook["metadata"]["lessonkit"].pop("minutes"),
        "lessonkit.minutes is missing",
    ),
    "no budget": (settings(budget={}), "budget.fast.work is missing"),
    "no memory budget": (
        settings(budget={"fast": {"work": 9}, "full": {"work": 9}}),
        "budget.full.rss_mb",
    ),
    "picture further up": (
        add(building.code(f"{PICTURES}\npictures.mosaic([1])\nprint(1)", name="hidden")),
        "cell 12, line 2: nobody sees the picture of pictures.mosaic(…)",
    ),
    "picture in a loop": (
        add(building.code(f"{PICTURES}\nfor x in range(3):\n    pictures.mosaic({{x: x}})", name="hidden")),
        "cell 12, line 3: nobody sees the picture of pictures.mosaic(…)",
    ),
    "picture in a check": (
        change_cell(
            "check-halve",
            source='from house.pictures import mosaic as tiles\nwith check("halve"):\n    tiles([])',
        ),
        "cell 7, line 3: nobody sees the picture of tiles(…)",
    ),
    "widget further up": (
        add(building.code("from house.pictures import Pad\nPad()\nx = 1", name="hidden")),
        "cell 12, line 2: nobody sees the picture of Pad(…)",
    ),
    "helper written over": (
        add(building.code("def check(x):\n    return x", name="mine")),
        "cell 12 writes over check(…)",
    ),
    "slow fast": (
        settings(budget={"fast": {"work": 61, "rss_mb": 1}, "full": {"work": 9, "rss_mb": 1}}),
        "budget.fast.work is 61, at most 60",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_each_fault_is_found(tmp_path: Path, name: str) -> None:
    break_it, told = BREAKING[name]
    lesson = building.sound()
    break_it(lesson)
    found = faults(tmp_path, lesson)
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    "change",
    [
        asking(),
        asking(shown="json.dumps(SOLVED)"),
        asking('ask("size", "How large?", choices=["big", "small"], default="big")', "str(answer)"),
    ],
)
def test_a_prediction_that_is_in_order_is_no_fault(tmp_path: Path, change: building.Change) -> None:
    lesson = building.sound()
    change(lesson)
    assert faults(tmp_path, lesson) == []


@pytest.mark.parametrize(
    "source",
    [
        f"{PICTURES}\npictures.mosaic([1])",
        f"{PICTURES}\ndisplay(pictures.mosaic([1]))\nprint(1)",
        f"{PICTURES}\nkept = pictures.mosaic([1])\nprint(kept)",
        f"{PICTURES}\ndef look(x):\n    return pictures.mosaic(x)",
        f"{PICTURES}\npictures.count([1])\nprint(1)",
        "import matplotlib.pyplot as plt\nplt.show()\nprint(1)",
        "total = sum(check for check in range(3))\n\n\ndef local():\n    check = 1\n    return check",
    ],
)
def test_pictures_that_are_seen_are_no_fault(tmp_path: Path, source: str) -> None:
    lesson = building.sound()
    lesson["cells"].append(building.code(source, name="more"))
    assert faults(tmp_path, lesson) == []


def test_an_outcome_that_a_cell_between_writes_down_is_a_fault(tmp_path: Path) -> None:
    lesson = building.sound()
    asking(shown="answer")(lesson)
    cell(lesson, "between")["source"] = "answer = 7"
    (found,) = faults(tmp_path, lesson)
    assert "computed behind the question, not written down" in found


def test_predictions_have_names_of_their_own() -> None:
    assert faults_between_predictions({"a": ["one", "two"], "b": ["two"]}) == [
        "the prediction name two is used by a, b; give each its own"
    ]


def test_pictures_that_are_there_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a b.png").touch()
    (tmp_path / "images" / "c.png").touch()
    lesson = building.sound()
    lesson["cells"][0]["source"] = (
        '![x](../images/a%20b.png "title") <img src="../images/c.png"/> ![y](data:image/png;base64,AAAA)'
        " [itself](10-it.ipynb#part) [far](https://example.org/x.ipynb)"
    )
    assert faults(tmp_path, lesson) == []


def test_a_tool_needs_no_exercises_and_no_parameters(tmp_path: Path) -> None:
    assert faults(tmp_path, building.notebook(building.code("1", name="one"), kind="tool")) == []


def test_kept_outputs_are_no_fault(tmp_path: Path) -> None:
    lesson = building.sound()
    cell(lesson, "end").update(
        execution_count=1, outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}]
    )
    cell(lesson, "end")["metadata"]["tags"].append("keep_output")
    assert faults(tmp_path, lesson) == []


def test_a_notebook_may_keep_its_outputs(tmp_path: Path) -> None:
    lesson = building.sound()
    cell(lesson, "end").update(execution_count=1)
    assert any("execution count" in fault for fault in faults(tmp_path, lesson))
    lesson["metadata"]["git"] = {"suppress_outputs": False}
    assert faults(tmp_path, lesson) == []


def test_a_long_solution_is_a_fault(tmp_path: Path) -> None:
    lesson = building.put(tmp_path, "it", building.sound(), {**building.SOLUTIONS, "halve": "x = 1\n" * 26})
    found = faults_of_file(lesson, lesson.read(), about("it", lesson.read()), tmp_path, ran=True)
    assert found == ["the solution of halve has 26 lines of code, at most 25"]


def test_each_exercise_has_stored_answers(tmp_path: Path) -> None:
    lesson = building.put(tmp_path, "it", building.sound(), building.SOLUTIONS)
    folder = tmp_path / "solutions/answers"
    (folder / "double.py").unlink()
    (folder / "halve.py").write_text("# %% wrong: one only\nx = 1\n# %% right: x\nx = 2\n")
    (folder / "square.py").write_text("# %% perhaps: x\nx = 1\n")
    found = faults_of_file(lesson, lesson.read(), about("it", lesson.read()), tmp_path, ran=True)
    assert found == [
        "the exercise double has no wrong answers; write solutions/answers/double.py",
        "solutions/answers/halve.py has 1 wrong answers, at least 3",
        "solutions/answers/square.py: '# %% perhaps: x' is none of wrong, right, also right, no mutants",
    ]


def test_exercise_names_are_unique_and_solutions_belong_to_one(tmp_path: Path) -> None:
    building.put(tmp_path, "it", building.sound(), {"double": "x = 1", "stray": "x = 1"})
    assert faults_between(tmp_path, {"a": ["double", "halve"], "b": ["double"]}) == [
        "the exercise name double is used by a, b; give each its own",
        "solutions/stray.py belongs to no exercise; remove it or tag its cell",
        "solutions/answers/stray.py belongs to no exercise; remove it or tag its cell",
    ]
