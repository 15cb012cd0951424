"""Exercises in notebooks, with checks that say *not done*, *wrong* or *right*; proof that a lesson teaches.

In a lesson: ``from lessonkit import ask, check, reveal``. Everything else is for whoever writes lessons.

**A lesson** is an ``.ipynb`` file below the notebooks folder; its name is the path without the
ending, e.g. ``1-mnist/10-mlp``. ``mlp``, ``10-mlp`` and ``mnist/mlp`` name it too as long as no
other lesson answers to the same; ``1-mnist`` or ``mnist`` names every lesson of that chapter.

**Metadata of the notebook** (all of it optional when running, checked by ``lessonkit check``)::

    "kernelspec": {"name": "python3", …},
    "lessonkit": {
      "title": "A dense network",           # else the first markdown heading
      "kind": "lesson",                     # or "tool": no exercises, no parameters cell asked for
      "minutes": 40,                        # what it takes on stage
      "short_path": {"work": 12},           # of its ten-minute path, measured in full, see below
      "budget": {                           # a lesson over any of these fails with the figure
        "fast": {"work": 20, "rss_mb": 900},    # work in seconds of the yardstick, see below
        "full": {"work": 90, "rss_mb": 900}},
      "bars": {                             # on metrics; for the profile full unless it names others
        "accuracy": {"min": 0.984},
        "train_cpu_seconds": {"max": 75, "unit": "yardstick"},  # a processor's time, divided by the slowness
        "difference": {"max": 1e-4, "profiles": ["fast", "full"]}}}

**Tags of cells**

``parameters``
    exactly one code cell, holding ``PROFILE = "full"``. The runner puts a cell tagged
    ``injected-parameters`` with ``PROFILE = "fast"`` (or ``"full"``) behind it.
``exercise:NAME``
    the stub, with ``...`` where the learner is to write. NAME is lower case with hyphens and unique among
    all lessons. It runs without an error, and is tagged ``raises-exception`` all the same: a slip in what a
    learner writes must not stop Run All; its check says then what and in which line.
``check:NAME``
    the next cell of code: ``with check("NAME") as right:`` (``lessonkit.checks``) around what is
    asserted of the exercise. It records *not done*, *wrong* or *right*, shows it as one line, and raises
    nothing; until the answer is right, later cells run the solution. A message says what to look at and
    does not give the solution away. What the cell assigns is not used later.
``metrics``
    shows one JSON object of numbers, texts and truth values: displayed as ``JSON(…)``, printed as
    the last line (``print(json.dumps({…}))``), or a dict as the cell's last expression. Several
    such cells add up.
``predict:NAME``, ``reveal:NAME``
    a question that is answered before the cell that shows the answer: ``ask("NAME", …)`` and later
    ``reveal("NAME", …)`` (``lessonkit.predict``). What is revealed is computed in between.
``short-path``
    on the ten-minute path: a picture, one exercise, a surprise, and whatever these need. Such a cell begins
    with a line that holds only ``◆`` (behind ``#`` in code). ``lessonkit run --short-path`` runs these
    cells and no others, with ``REJOIN = True`` where the path says so; see ``shortpath``.
``raises-exception``
    Jupyter's and nbclient's own: Run All goes on when this cell raises.

**Solutions**: ``solutions/NAME.py``, in the folder of the lessons, holds the whole text that replaces the
cell tagged ``exercise:NAME``: plain Python, without magics, so that ``%load ../solutions/NAME.py`` gives a
cell that runs. ``solutions/answers/NAME.py`` holds at least three wrong answers and another right
one (``answers``). ``lessonkit check`` runs a lesson once, solved; where an exercise stands, the
kernel is forked for its stub, for each stored answer, and for each change of the solution by one step
(``tried_answers``, ``mutants``). None of that is in the lesson's figures.

**Running** happens in a temporary copy of the notebooks folder with the network cut, so nothing in
the checkout is written and nothing is fetched. The environment variable ``LESSONKIT_HEADLESS=1``
tells a lesson that nobody watches. Without ``--solutions`` an exercise that is not right is *open*: it
is reported, and the lesson may still pass, as it would for a participant who runs every cell. With
``--solutions`` a check that does not find the solution right fails the lesson.

**Figures**

``seconds``
    wall time from before the kernel starts until the last cell has ended. It decides nothing: it
    grows with whatever else the machine does.
``cpu_seconds``
    user and system time of the kernel and of every process it started, starting it included.
``work``
    ``cpu_seconds`` divided by ``slowness``. This is what a budget limits: where a plug-in measures the
    slowness, a verdict is the same on a slow machine and on a busy one. Bars with
    ``"unit": "yardstick"`` hold metrics that are processor seconds to the same measure.
``slowness``, ``noise``
    how much slower than the machine of the budgets this one was meanwhile, and how much that varied, as the
    plug-in's ``Meter`` has it; 1 and 0 without a plug-in. A lesson that only takes more than its budget is
    run once more, for the first run may have compiled; the better of the two ``runs`` counts.
``peak_rss_mb``
    1 MB = 10⁶ bytes. Every 50 ms (less often where that would take more than 3 % of the time) the
    memory of the kernel and of all its descendants is summed: the resident set size while the
    kernel is alone, the proportional set size (shared pages count once) when it has children. The
    largest sum counts, or the largest high-water mark that the operating system kept for a single
    process if that is more (a spike between two samples).
"""

from lessonkit.checks import check
from lessonkit.predict import ask, reveal

__all__ = ["ask", "check", "reveal"]
__version__ = "1.0.0rc1"
