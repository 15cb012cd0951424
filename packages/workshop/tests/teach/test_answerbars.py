"""Two widgets get the same ten bars, once each, before their own code."""

from __future__ import annotations

import pytest

from workshop.teach.digitpad import DigitPad
from workshop.teach.speech.microphone import Microphone


@pytest.mark.parametrize("widget", [DigitPad, Microphone])
def test_a_widget_is_one_module_with_the_bars_first(widget: type[DigitPad] | type[Microphone]) -> None:
    code = str(widget._esm)
    for shared in ("function element(", "function bars(", "function fill("):
        assert code.count(shared) == 1 and code.index(shared) < code.index("function render(")
    assert code.count("export default") == 1
