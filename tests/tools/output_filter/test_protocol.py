"""The filter speaks git's long-running filter protocol, and ends quietly when git does not."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from output_filter.bed import (
    FLUSH,
    HELLO,
    OFFER,
    SCRIPT,
    answers,
    code,
    lists,
    one_shot,
    output_filter,
    packet,
    packets,
    request,
    serve,
    text,
)

RAN, CLEAN = text(code("a", ran=1)), text(code("a"))


def test_it_claims_only_what_git_offers() -> None:
    offer = packet(b"capability=smudge\n") + packet(b"capability=later\n") + FLUSH
    assert lists(serve(HELLO + offer).stdout)[1] == [b"capability=smudge\n"]


@pytest.mark.parametrize("size", [1, 7, 8192, 65516])
def test_content_may_come_in_packets_of_any_size(size: int) -> None:
    done = serve(HELLO + OFFER + request(RAN, size=size) + request(RAN, size=size, command=b"smudge"))
    assert answers(done.stdout) == [CLEAN, RAN]


@pytest.mark.parametrize("length", [0, 1, 65515, 65516, 65517, 2 * 65516, 5_000_001])
def test_content_of_any_length_is_answered_in_packets_that_fit(length: int) -> None:
    data = b"x" * length
    done = serve(HELLO + OFFER + request(data, command=b"smudge"))
    assert answers(done.stdout) == [data]
    sizes = [len(each) for each in packets(done.stdout) if each is not None]
    assert max(sizes) <= 65516


def test_keys_that_it_does_not_know_are_ignored() -> None:
    lines = [b"command=smudge", b"ref=refs/heads/main", b"treeish=abc", b"blob=a=b", b"pathname=a=b.ipynb"]
    sent = b"".join(packet(line + b"\n") for line in lines) + FLUSH + packet(b"{}") + FLUSH
    assert answers(serve(HELLO + OFFER + sent).stdout) == [b"{}"]


def test_a_command_that_it_does_not_know_is_given_up_and_the_next_file_served() -> None:
    done = serve(HELLO + OFFER + request(RAN, command=b"bake") + request(RAN))
    assert lists(done.stdout)[2] == [b"status=abort\n"]
    del_abort = done.stdout.replace(packet(b"status=abort\n") + FLUSH, b"")
    assert answers(del_abort) == [CLEAN]


def test_too_little_memory_is_an_error_of_one_file(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    def exhaust(data: bytes, name: str) -> bytes:
        raise MemoryError

    monkeypatch.setitem(output_filter.COMMANDS, b"clean", exhaust)
    sink = io.BytesIO()
    output_filter.process(io.BytesIO(HELLO + OFFER + request(RAN) + request(RAN, command=b"smudge")), sink)
    status, *rest = lists(sink.getvalue())[2:]
    assert status == [b"status=error\n"]
    assert rest == [[b"status=success\n"], [RAN], []]
    assert capfd.readouterr().err.count("\n") == 1


def test_a_fault_of_its_own_still_stores_the_file(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    def fail(data: bytes) -> bytes:
        raise ZeroDivisionError("no\nreason")

    monkeypatch.setattr(output_filter, "clean", fail)
    assert output_filter.cleaned(RAN, "a.ipynb") == RAN
    told = capfd.readouterr().err
    assert told.startswith("dropoutput_ipynb: a.ipynb: stored as it is, because the filter failed: ZeroDivis")
    assert told.endswith("Error: no\\nreason\n")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        FLUSH,
        HELLO[:10],
        packet(b"git-filter-client\n") + packet(b"version=3\n") + FLUSH,
        packet(b"somebody-else\n") + packet(b"version=2\n") + FLUSH,
        b"hello\n" * 100,
        b"+00f" + HELLO,
        b"0x1f" + HELLO,
        b" 1f " + HELLO,
        "٠٠٠٤".encode() + HELLO,
        b"0001",
        b"ffff" + b"x" * 70000,
        HELLO,
        HELLO + OFFER + packet(b"command=clean\n"),
        HELLO + OFFER + request(RAN)[:-4],
        HELLO + OFFER + request(RAN)[:-5],
        HELLO + OFFER + request(RAN) + b"00",
        HELLO + OFFER + request(RAN) + b"zzzz",
    ],
)
def test_what_is_not_the_protocol_ends_in_one_line(sent: bytes) -> None:
    done = serve(sent)
    assert done.returncode == 1
    assert done.stderr.startswith(b"dropoutput_ipynb: ")
    assert done.stderr.count(b"\n") == 1


def start(*words: str, **more: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, SCRIPT, *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def test_it_answers_before_git_sends_the_next_file() -> None:
    with start("process", stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        got = b""
        for sent, wanted in ((HELLO, 1), (OFFER, 2), (request(RAN), 5), (request(RAN), 8)):
            process.stdin.write(sent)
            process.stdin.flush()
            while got.count(FLUSH) < wanted:
                got += os.read(process.stdout.fileno(), 1 << 16)
        process.stdin.close()
        assert answers(got) == [CLEAN, CLEAN]


@pytest.mark.parametrize("word", ["process", "clean", "smudge", "--help"])
def test_a_reader_that_has_gone_is_no_traceback(word: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(word, stdout=writer)
    os.close(writer)
    _, told = process.communicate(HELLO + OFFER if word == "process" else RAN, timeout=60)
    assert told == b""
    # Where Python does not buffer stdout, argparse itself passes over what became of its help.
    assert process.returncode in ((0, 1) if word == "--help" else (1,))


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("word", ["process", "clean"])
def test_closed_streams_are_no_traceback(closed: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(RAN if word == "clean" else HELLO + OFFER + request(b"broken"))
    command = ["sh", "-c", f'"$0" "$1" "$2" <"$3" {closed}', sys.executable, SCRIPT, word, path]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == (0 if closed == "2>&-" else 1)
    assert done.stderr == b""
    if closed == "2>&-":
        assert done.stdout == CLEAN or answers(done.stdout) == [b"broken"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("word", ["process", "clean"])
def test_a_full_disk_is_one_line(word: str) -> None:
    with open("/dev/full", "wb") as full, start(word, stdout=full) as process:  # noqa: PTH123
        _, told = process.communicate(RAN if word == "clean" else HELLO, timeout=60)
    assert process.returncode == 1
    assert told == b"dropoutput_ipynb: No space left on device\n"


def test_ctrl_c_is_quiet() -> None:
    with start("process", stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(HELLO)
        process.stdin.flush()
        process.stdout.read(4)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, b"")


def test_one_shot_does_not_wait_for_a_terminal() -> None:
    assert one_shot(b"").stdout == b""
