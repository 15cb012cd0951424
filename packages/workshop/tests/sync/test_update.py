from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync.request import Request, perform

from .bed import Bed, notebook
from .organiser import Organiser


def test_a_stick_that_is_not_there(bed: Bed, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="plug in the stick"):
        perform(Request(str(tmp_path / "stick"), bed.mine, bed.state))


def test_a_checkout_is_a_folder_unless_signatures_are_wanted(bed: Bed) -> None:
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))
    bed.publish(b_ipynb=notebook("not committed"))
    report = perform(Request(str(bed.upstream), bed.mine, bed.state, allow_unsigned=True))
    assert [each.path for each in report.files] == ["a.ipynb", "b.ipynb"]
    bare = bed.upstream.with_name("bare.git")
    organiser.git("clone", "--quiet", "--bare", ".", str(bare))
    with pytest.raises(WorkshopError, match="--allowed-signers FILE"):
        perform(Request(str(bare), bed.mine, bed.state))
