"""The thorough check: every grain inflates."""

from __future__ import annotations

from collections.abc import Iterator

from workshop.appliance.contents import places
from workshop.appliance.verify.checks import Stage
from workshop.appliance.verify.subject import Subject
from workshop.appliance.vmdk.read import Window, inflate
from workshop.appliance.vmdk.stream import StreamError

STAGE: Stage[Subject] = Stage()


@STAGE.check("vmdk.inflates", "a piece of the disk that was packed wrongly has a right hash too")
def _inflates(subject: Subject) -> Iterator[str]:
    for place in places(subject.scan.path, ".vmdk"):
        try:
            for _ in inflate(Window(subject.scan.path, place.offset, place.size)):
                pass
        except StreamError as error:
            yield f"{place.name}: {error}"
