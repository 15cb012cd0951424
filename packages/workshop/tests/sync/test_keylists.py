"""Who may replace a list of keys: each case of the documentation, and a thief who holds one key."""

import base64
import calendar
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.forge import signature
from sync.organiser import new_key
from workshop.sync.trust import LISTS, REVISIONS, KeyList, fingerprints, keys_of


def public(name: str) -> str:
    """Return a key that nobody holds."""
    data = b"".join(len(each).to_bytes(4, "big") + each for each in (b"ssh-ed25519", name.encode().ljust(32)))
    return f"ssh-ed25519 {base64.b64encode(data).decode()}"


def keys(names: str, until: int = 1) -> KeyList:
    """Return a list: capital letters are root keys, all others sign revisions."""
    lines = [f"# valid-until: 2030-01-{until:02}"] if until else []
    lines += [f'o namespaces="{LISTS if name.isupper() else REVISIONS}" {public(name)}' for name in names]
    return KeyList.of("\n".join(lines))


def of(names: str) -> set[str]:
    return fingerprints(keys(names).keys)


@pytest.mark.parametrize(
    ("old", "new", "by", "is_taken"),
    [
        ("a", "ab", "a", False),
        ("a", "abR", "abR", False),
        ("ab", "abc", "a", False),
        ("ab", "abc", "ab", True),
        ("ab", "abR", "ab", True),
        ("ab", "bc", "ab", False),
        ("ab", "bc", "bc", False),
        ("abc", "ab", "ab", True),
        ("abc", "ab", "ac", False),
        ("abc", "abd", "c", False),
        ("aR", "ab", "R", True),
        ("abR", "bcR", "R", True),
        ("abR", "abcR", "ab", True),
        ("abR", "bcR", "ab", False),
        ("abR", "abS", "ab", False),
        ("abR", "abS", "S", False),
        ("abR", "abS", "R", True),
        ("abR", "ab", "ab", False),
        ("abR", "abRS", "ab", False),
        ("abR", "a", "R", False),
        ("abR", "R", "R", False),
        ("abR", "aR", "R", True),
    ],
)
def test_each_case(old: str, new: str, by: str, is_taken: bool) -> None:
    assert (keys(old).may_become(keys(new, 2), of(by) & of(old)) == "") == is_taken


@pytest.mark.parametrize(
    ("old", "new", "is_taken"), [(0, 0, False), (0, 1, True), (1, 1, False), (2, 1, False)]
)
def test_only_a_later_list_follows(old: int, new: int, is_taken: bool) -> None:
    assert (keys("abR", old).may_become(keys("abcR", new), of("R")) == "") == is_taken


def test_a_root_key_that_also_signs_revisions_is_none() -> None:
    both = KeyList.of(f'o namespaces="{REVISIONS},{LISTS}" {public("a")}\no {public("b")}')
    twice = KeyList.of(f'o namespaces="{LISTS}" {public("a")}\no {public("a")}\no {public("b")}')
    for known in (both, twice):
        assert not known.roots and known.may_become(keys("axy", 2), of("a"))


def test_two_keys_do_not_end_the_root_key_by_a_date() -> None:
    ended = KeyList.of(
        "\n".join(keys("abR", 2).lines).replace(f'"{LISTS}"', f'"{LISTS}",valid-before="20200101"')
    )
    assert len(ended.roots) == 1 and "root key" in keys("abR").may_become(ended, of("ab"))


NAMES = st.lists(st.sampled_from("abcdRS"), min_size=1, max_size=5, unique=True).map("".join)
FORGED = st.lists(st.sampled_from("abcdRSxyzX"), max_size=6, unique=True).map("".join)


@given(
    honest=st.lists(st.tuples(NAMES, NAMES), max_size=5),
    stolen=st.sampled_from("abcd"),
    forged=st.lists(st.tuples(FORGED, st.integers(1, 28)), max_size=8),
)
def test_who_holds_one_key_changes_nothing(
    honest: list[tuple[str, str]], stolen: str, forged: list[tuple[str, int]]
) -> None:
    """The thief has one key, keys of their own, and every list that was published, with its approvals."""
    known, published = keys("ab"), []
    for day, (names, by) in enumerate(honest, start=2):
        published.append((keys(names, day), of(by) | of(stolen)))
        new, approved = published[-1]
        if not known.may_become(new, fingerprints(known.keys) & approved):
            known = new
    held = of(stolen + "xyzX")
    attacks = published + [(keys(names, day), held) for names, day in forged]
    for new, approved in attacks:
        assert known.may_become(new, fingerprints(known.keys) & (approved | held))


OPTIONS = [
    'valid-before="20300101"',
    'valid-before="20300101Z"',
    'valid-after="203001010900",valid-before="20300102"',
    'valid-after="20300101120000Z"',
    'namespaces="g*",valid-after="20291231"',
    'valid-before="20300101",valid-before="20300103"',
    'valid-before="20301301"',
    "",
]


@pytest.fixture(params=["UTC0", "UTC-9", "UTC+11"])
def _in_zone(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_zone")
def test_ssh_keygen_judges_a_date_alike(tmp_path: Path) -> None:
    """What ssh-keygen accepts at a time is valid for us then, and nothing else is."""
    key = new_key(tmp_path, "key")
    public_key = key.with_suffix(".pub").read_text()
    (tmp_path / "signature").write_bytes(signature(key, b"x"))
    for options in OPTIONS:
        (tmp_path / "list").write_text(f"o {options} {public_key}")
        (found,) = keys_of(f"o {options} {public_key}")
        for hours in (-30, -11, -1, 0, 1, 13, 30):
            when = calendar.timegm((2030, 1, 1, 0, 0, 0)) + hours * 3600
            at = time.strftime("%Y%m%d%H%M%S", time.gmtime(when)) + "Z"
            words = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "list", "-I", "o", "-n", "git"]
            words += ["-s", tmp_path / "signature", "-O", f"verify-time={at}"]
            theirs = subprocess.run(words, input=b"x", capture_output=True, check=False).returncode == 0
            ours = found.is_valid(when) and found.signs(REVISIONS)
            # A line with one option twice is a mistake to ssh-keygen; to us the stricter one counts.
            assert ours == theirs or (options.count("before") > 1 and not theirs), (options, hours)
