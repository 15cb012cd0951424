"""The thorough check: every grain inflates."""

from __future__ import annotations

from collections.abc import Iterator

from organiser.appliance.contents import places
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.subject import Subject
from organiser.appliance.vmdk.read import Window, inflate
from organiser.appliance.vmdk.stream import StreamError

STAGE: Stage[Subject] = Stage()


@STAGE.check("vmdk.inflates", "a piece of the disk that was packed wrongly has a right hash too")
def _inflates(subject: Subject) -> Iterator[str]:
    for place in places(subject.scan.path, ".vmdk"):
        try:
            for _ in inflate(Window(subject.scan.path, place.offset, place.size)):
                pass
        except StreamError as error:
            yield f"{place.name}: {error}"
