"""What a machine asks a server, of git's program or of plain files: only for what is new."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from sync.bed import notebook
from sync.server import Answer, git_over_http, serve

from .bed import PullBed


def plain_files(folder: Path) -> Callable[[BaseHTTPRequestHandler, bytes], Answer]:
    """Answer with files, as any web server does."""

    def answer(request: BaseHTTPRequestHandler, _body: bytes) -> Answer:
        file = folder / request.path.partition("?")[0].lstrip("/")
        return (200, {}, file.read_bytes()) if file.is_file() else (404, {}, b"")

    return answer


@pytest.fixture(params=["git", "files"])
def answer(request: pytest.FixtureRequest, bed: PullBed) -> Callable[..., Answer]:
    if request.param == "git":
        return git_over_http(bed.folder, lambda: False)
    return plain_files(bed.folder)


def test_with_nothing_new_nothing_is_downloaded(bed: PullBed, answer: Callable[..., Answer]) -> None:
    asked: list[str] = []

    def noted(request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        found = answer(request, body)
        asked.append("objects" if b"PACK" in found[2] or "/objects/" in request.path else request.path)
        return found

    def publish() -> None:
        bed.organiser.git("push", "--quiet", "--force", str(bed.folder / "served.git"), "main", "--tags")
        bed.organiser.git("-C", str(bed.folder / "served.git"), "update-server-info")

    bed.organiser.git("init", "--quiet", "--bare", "--initial-branch=main", str(bed.folder / "served.git"))
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    publish()
    with serve(noted) as address:
        puller = bed.puller(url=f"{address}/served.git")
        assert puller.pull().tag == "v1"
        asked.clear()
        assert puller.pull().tag == "v1"
        assert asked and "objects" not in asked
        bed.organiser.release("v2", a_ipynb=notebook("2"))
        publish()
        assert puller.pull().tag == "v2"
        assert "objects" in asked


def test_a_mirror_that_lost_an_object_fetches_it_again(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    assert bed.puller().pull().tag == "v1"
    objects = bed.prefix / "pull/mirror/repository.git/objects"
    for pack in objects.rglob("pack-*"):
        pack.unlink()
    for loose in objects.glob("??/*"):
        loose.unlink()
    assert bed.puller().pull().tag == "v1"
    assert any(path.is_file() for path in objects.rglob("*"))
