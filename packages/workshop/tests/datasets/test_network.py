from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from datasets.conftest import Server, dataset_of, file_of, left_over, url_source
from workshop.core.errors import WorkshopError
from workshop.datasets import fetch, network
from workshop.datasets.network import (
    STRANGERS_ATTEMPTS,
    Run,
    SilentError,
    UnavailableError,
    UnreachableError,
)
from workshop.datasets.store import Store, WrongContentError

CONTENT = bytes(range(256)) * 4096
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


def get(run: Run, address: str, content: bytes = CONTENT, unpack: str = "") -> Path:
    source = url_source(address, unpack)
    dataset = dataset_of(content, source)
    network.fetch(source, dataset, list(dataset.files), run)
    return run.store.path(dataset, dataset.files[0])


def parts(store: Store) -> list[Path]:
    return list(store.scratch.glob("*.part"))


def test_a_compressed_file_is_unpacked(run: Run, server: Server) -> None:
    address = server.serve("/f.gz", gzip.compress(CONTENT))
    assert get(run, address, unpack="gzip").read_bytes() == CONTENT
    assert left_over(run.store) == []


@pytest.mark.parametrize("unpack", ["", "gzip"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (CONTENT[:-1] + b"x", "wrong file"),
        (CONTENT + b"x", "wrong file"),
        (CONTENT[:-1], "wrong file"),
        (PAGE, "web page"),
        (b"", "wrong file"),
    ],
)
def test_a_wrong_file_is_never_kept(
    run: Run, server: Server, answer: bytes, reason: str, unpack: str
) -> None:
    packed = gzip.compress(answer) if unpack and answer != PAGE else answer
    with pytest.raises(WrongContentError, match=reason):
        get(run, server.serve("/f", packed), unpack=unpack)
    assert not (run.store.folder / "thing").exists()
    assert left_over(run.store) == []


def test_a_damaged_gzip_file_is_never_kept(run: Run, server: Server) -> None:
    packed = gzip.compress(CONTENT)
    with pytest.raises(WrongContentError, match="wrong file"):
        get(run, server.serve("/f", packed[: len(packed) // 2]), unpack="gzip")
    assert left_over(run.store) == []


def test_an_error_status_is_the_reason(run: Run, server: Server) -> None:
    with pytest.raises(UnavailableError, match="status 404"):
        get(run, server.fail("/f", 404))


def test_half_a_file_starts_over_where_the_server_cannot_resume(run: Run, server: Server) -> None:
    address = server.serve_half_first("/f", CONTENT, ranges=False)
    assert get(run, address).read_bytes() == CONTENT


def test_half_a_file_is_not_kept_as_data_but_resumed_by_the_next_run(run: Run, server: Server) -> None:
    address = server.serve_half_first("/f", CONTENT, halves=1)
    server.answers["/f"], answer = (lambda request: _reset_after(request, 100_000)), server.answers["/f"]
    with pytest.raises(UnavailableError, match="interrupted"):
        get(run, address)
    assert not (run.store.folder / "thing").exists()
    assert [part.stat().st_size for part in parts(run.store)] == [100_000]
    server.answers["/f"] = answer
    server.asked.clear()
    assert get(run, address).read_bytes() == CONTENT
    assert server.asked == [("/f", "bytes=100000-"), ("/f", f"bytes={len(CONTENT) // 2}-")]
    assert left_over(run.store) == []


def _reset_after(request, count: int) -> None:
    """Serve from where the client is up to ``count`` bytes, then hang up."""
    start = int((request.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
    request.send_response(206 if start else 200)
    if start:
        request.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
    request.send_header("Content-Length", str(len(CONTENT) - start))
    request.end_headers()
    request.wfile.write(CONTENT[start:count])


def test_a_part_of_another_file_is_thrown_away(run: Run, server: Server) -> None:
    address = server.serve("/f", CONTENT)
    server.answers["/f"], answer = (lambda request: _reset_after(request, 1000)), server.answers["/f"]
    with pytest.raises(UnavailableError):
        get(run, address)
    parts(run.store)[0].write_bytes(b"something else")
    server.answers["/f"] = answer
    assert get(run, address).read_bytes() == CONTENT


def test_a_whole_part_left_by_a_kill_is_taken(run: Run, server: Server) -> None:
    address = server.serve("/f", CONTENT)
    server.answers["/f"], answer = (lambda request: _reset_after(request, 1000)), server.answers["/f"]
    with pytest.raises(UnavailableError):
        get(run, address)
    parts(run.store)[0].write_bytes(CONTENT)
    server.answers["/f"] = answer
    assert get(run, address).read_bytes() == CONTENT


def test_a_host_that_hangs_is_given_up_on_and_remembered(
    run: Run, server: Server, little_patience: None
) -> None:
    with pytest.raises(UnreachableError, match="no answer"):
        get(run, server.hang("/f"))
    with pytest.raises(UnreachableError, match="no answer"):
        get(run, server.url("/g"))
    assert [path for path, _ in server.asked] == ["/f"] * STRANGERS_ATTEMPTS


@pytest.mark.parametrize("times", [1, 2])
def test_a_slow_answer_of_a_live_host_is_waited_for_with_more_patience(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    get(run, server.serve("/first", CONTENT[1:]), CONTENT[1:])
    monkeypatch.setattr(network, "PATIENCE", (*[0.2] * times, 60.0))
    assert get(run, server.hang_at_first("/f", CONTENT, times)).read_bytes() == CONTENT


def test_silence_of_a_live_host_costs_one_source_only(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(run, server.serve("/first", CONTENT[1:]), CONTENT[1:])
    monkeypatch.setattr(network, "PATIENCE", (0.2, 0.2, 0.2))
    with pytest.raises(SilentError, match="no answer"):
        get(run, server.hang("/f"))
    assert [path for path, _ in server.asked].count("/f") == 3
    monkeypatch.undo()
    assert get(run, server.serve("/g", CONTENT)).read_bytes() == CONTENT


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:{port}", "127.0.0.1:{port}"])
def test_behind_a_proxy_it_is_the_proxy_that_must_be_there(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy.format(port=server.port))
    address = "http://somewhere.invalid/f"
    server.serve(address, CONTENT)
    assert get(run, address).read_bytes() == CONTENT


def test_there_is_no_such_host(run: Run) -> None:
    with pytest.raises(UnreachableError, match="cannot be found"):
        get(run, "http://no-such-host.invalid/f")


def test_a_full_disk_is_one_line(run: Run, server: Server, tmp_path: Path) -> None:
    """/dev/full answers every write with "no space left", as a full disk does."""
    source = url_source(server.serve("/f", CONTENT))
    dataset = dataset_of(CONTENT, source)
    server.answers["/f"], answer = (lambda request: _reset_after(request, 10)), server.answers["/f"]
    with pytest.raises(UnavailableError):
        network.fetch(source, dataset, list(dataset.files), run)
    part = parts(run.store)[0]
    part.unlink()
    part.symlink_to("/dev/full")
    server.answers["/f"] = answer
    job = fetch._Job(dataset, fetch.Options(), run)
    with pytest.raises(WorkshopError, match=r"^the disk of .* is full; free some space and run again"):
        job.from_network()
    assert not (run.store.folder / "thing").exists()


def test_the_certificates_of_the_workshop_come_first(run: Run, server: Server, tmp_path: Path) -> None:
    """A bundle that does not exist must be asked for, and be the reason: so it is really used."""
    run.ca_bundle = tmp_path / "missing.pem"
    with pytest.raises(UnreachableError) as caught:
        get(run, server.serve("/f", CONTENT).replace("http:", "https:"))
    assert "missing.pem" in str(caught.value.__cause__)


def test_the_size_is_not_needed(run: Run, server: Server) -> None:
    """Upstreams whose exact size is not known are verified by their hash alone."""
    known = file_of(CONTENT)
    source = url_source(server.serve("/f", CONTENT))
    dataset = dataset_of(CONTENT, source)
    unsized = type(known)(known.name, known.sha256, None, len(CONTENT) - 5)
    network.fetch(source, dataset, [unsized], run)
    assert run.store.path(dataset, unsized).stat().st_size == len(CONTENT)
