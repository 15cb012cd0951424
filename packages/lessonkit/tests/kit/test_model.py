from typing import Any

import pytest

from lessonkit.catalogue import about
from lessonkit.errors import LessonkitError

from . import building


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"minute": 5}, "unknown key 'minute'"),
        ({"minutes": "5"}, "minutes must be a number"),
        ({"minutes": True}, "minutes must be a number"),
        ({"kind": "talk"}, "kind must be one of lesson, tool"),
        ({"kind": []}, "kind must be one of lesson, tool"),
        ({"bars": {"a": {"profiles": [{}]}}}, "bars.a.profiles must be one of"),
        ({"budget": {"quick": {}}}, "unknown key 'quick'"),
        ({"budget": {"fast": {"seconds": 1}}}, "unknown key 'seconds'"),
        ({"budget": {"fast": 60}}, "budget.fast must be an object"),
        ({"budget": {"fast": {"rss_mb": None}}}, "budget.fast.rss_mb must be a number"),
        ({"bars": []}, "bars must be an object"),
        ({"bars": {"a": {"least": 1}}}, "unknown key 'least'"),
        ({"bars": {"a": {"min": "1"}}}, "bars.a.min must be a number"),
        ({"bars": {"a": {"profiles": ["slow"]}}}, "bars.a.profiles must be one of"),
        ({"bars": {"a": {"max": 1, "unit": "hours"}}}, "bars.a.unit must be yardstick"),
        ({"bars": {"a": {"profiles": "full"}}}, "bars.a.profiles must be a list"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_named(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(LessonkitError, match=told) as caught:
        about("1-a", building.notebook(**settings))
    assert str(caught.value).startswith("1-a: ")
