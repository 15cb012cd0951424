import threading

import pytest

from organiser.thumbdrive.watch import StoppedError, Watch


def test_it_counts_and_stops() -> None:
    stop, counted, steps = threading.Event(), [], []
    watch = Watch(stop, counted.append, steps.append)
    watch.advance(3)
    watch.step("a file")
    stop.set()
    for work in (watch.check, lambda: watch.advance(4), lambda: watch.step("more")):
        with pytest.raises(StoppedError):
            work()
    assert (counted, steps) == ([3, 4], ["a file", "more"])
