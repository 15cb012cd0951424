"""The measuring process repeats work and answers in lines of JSON."""

from __future__ import annotations

import io
import json

from workshop.machine.tuning import worker, workloads


def test_asks_are_answered_in_their_order() -> None:
    asks = io.StringIO('{"workloads": ["square 32", "square 64"], "seconds": 0}\n' * 2)
    answers = io.StringIO()
    done: list[str] = []
    work = {name: lambda name=name: done.append(name) for name in ("square 32", "square 64")}
    worker.serve(work, asks, answers)
    lines = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert lines[0] == {"ready": True}
    assert [list(line["rates"]) for line in lines[1:]] == [["square 32", "square 64"]] * 2
    assert all(rate > 0 for line in lines[1:] for rate in line["rates"].values())
    assert set(done) == {"square 32", "square 64"}
    assert workloads.flops("square 32") < workloads.flops("square 64")
