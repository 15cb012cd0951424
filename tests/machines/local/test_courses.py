"""A bare machine for a course of somebody else's, without the workshop's own lessons."""

from __future__ import annotations

import json

import pytest
from bed import OURS, SUITE, USER, Bed, record

pytestmark = [pytest.mark.machine, pytest.mark.slow]

COURSE = f"/home/{USER}/statistics.git"
GIT = "git -c user.name=a -c user.email=a@b"


def test_a_course_reaches_a_bare_machine_is_updated_while_edited_and_removed() -> None:
    bed = Bed(f"workshop-course-{SUITE}-{OURS}")
    bed.start()
    try:
        bed.bring_checkout()
        bed.root("apt-get update -qq && apt-get install --yes -qq git >/dev/null 2>&1")
        bring = f"cp -r {bed.checkout}/tests/courses/statistics {COURSE} && cd {COURSE}"
        made = bed.run(f"{bring} && git init -q && {GIT} add . && {GIT} commit -qm 1")
        assert made.status == 0, made.text
        words = ("-e", json.dumps({"workshop_lessons": False, "workshop_courses": [COURSE]}))
        first = bed.setup(*words)
        assert first.status == 0, first.text
        record("local mode: set-up of a bare machine for a course of numpy", first.seconds)
        record(
            "  MB below the prefix without downloads",
            float(bed.root(f"du -sm --exclude=cache {bed.prefix}").split()[0]),
        )
        assert bed.root(f"ls {bed.prefix}/venvs").split() == ["jupyter"]
        assert not bed.exists("/usr/bin/g++")
        workshop = f"{bed.prefix}/venvs/jupyter/bin/workshop"
        notebooks = f"/home/{USER}/workshop-notebooks"
        assert bed.root(f"ls {notebooks}").split() == ["statistics"]
        doctor = bed.run(f"{workshop} doctor")
        assert doctor.status == 0, doctor.text
        ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8082/courses.js').read())"
        page = bed.run(f'{bed.prefix}/venvs/jupyter/bin/python -c "{ask}"').text
        assert "Statistics with numpy" in page
        # Its kernel runs, where JupyterLab finds it.
        execute = f"JUPYTER_PATH={bed.prefix}/courses/jupyter {bed.prefix}/venvs/jupyter/bin/jupyter"
        ran = bed.run(f"cd /tmp && {execute} execute {notebooks}/statistics/10-mean.ipynb")
        assert ran.status == 0, ran.text

        again = bed.setup(*words)
        assert (again.status, again.changed) == (0, 0), again.text
        edited, other = (f"{notebooks}/statistics/{name}.ipynb" for name in ("10-mean", "20-spread"))
        news = f"cd {COURSE} && sed -i s/20_000/30_000/ notebooks/20-spread.ipynb && {GIT} commit -qam 2"
        assert bed.run(f"sed -i s/17.5/175/ {edited} && {news}").status == 0
        assert bed.run(f"{workshop} update courses").status == 0
        assert bed.run(f"grep -c 175 {edited} && grep -c 30_000 {other}").status == 0
        removed = bed.run(f"{workshop} course remove statistics")
        assert removed.status == 0, removed.text
        assert bed.root(f"ls {notebooks}/statistics").split() == ["10-mean.ipynb"]
        assert not bed.exists(f"{bed.prefix}/courses/statistics")
    finally:
        bed.stop()
