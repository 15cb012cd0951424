"""What the fuzzer of shapes draws: notebooks with a twist, names, and answers of a git that goes wrong."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

MARKS = re.compile(rb"# mine \d+")
PNG = {"image/png": "iVBORw0KGgo="}
STREAM = {"output_type": "stream", "name": "stdout", "text": ["1\n", "2"]}
RESULT = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "1"}}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}
SHOWN = {"output_type": "display_data", "metadata": {"image/png": {"width": 1}}, "data": PNG}
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python", "version": "3.12", "codemirror_mode": {"name": "ipython"}},
    "title": "t",
    "authors": [{"name": "a"}],
    "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
    "orig_nbformat": 3,
}
CELL_METADATA = {
    "tags": ["a"],
    "name": "n",
    "collapsed": False,
    "scrolled": "auto",
    "jupyter": {},
    "execution": {},
}
OLD_OUTPUTS = [
    {"output_type": "stream", "stream": "stdout", "text": ["1"]},
    {"output_type": "pyout", "prompt_number": 1, "metadata": {}, "text": ["1"], "html": "<b>"},
    {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["t"]},
    {"output_type": "display_data", "png": "iVBORw0KGgo=", "metadata": {}},
]
DEEP, LONG, NUMBER = "@deep@", "@long@", "@number@"
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**30, float("nan"), float("inf"), DEEP, LONG, NUMBER),
    *("", "x", "\ud800", "a\udfffb", "\u202eevil", "\0", "\x1b[31m", "code", "stream", "4"),
    *([], [[]], [None], ["x", 1], [{}], {}, {"": {}}, {"\ud800": 1}, {"text/plain": 1}, {"name": []}),
]
FIELDS = re.findall(
    r"\w+",
    """
    cells worksheets metadata nbformat nbformat_minor orig_nbformat name signature kernelspec
    display_name language_info codemirror_mode title authors widgets cell_type id source input outputs
    execution_count prompt_number attachments tags collapsed scrolled jupyter execution language level
    output_type stream text data png html traceback ename evalue toc varInspector sha256 meaning offered
    earlier files fates steps
    """,
)


def mark(draw: random.Random) -> str:
    """Return a text that only the participant wrote."""
    return f"# mine {draw.randrange(10**9)}"


def book(*sources: str, old: bool = False) -> bytes:
    """Return a notebook that has every field of its format: of 4, or of 3."""
    if old:
        code = [
            {
                "cell_type": "code",
                "language": "python",
                "collapsed": False,
                "prompt_number": 1,
                "metadata": {},
            }
            | {"input": [text], "outputs": OLD_OUTPUTS}
            for text in sources
        ]
        heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["h"]}
        sheet = {"cells": [heading, *code], "metadata": {}}
        document = {"metadata": {"name": "n", "signature": ""}, "nbformat": 3, "nbformat_minor": 0}
        return json.dumps(document | {"worksheets": [sheet]}).encode()
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{text.strip('# ')[:9].replace(' ', '-')}", "metadata": CELL_METADATA}
        | {"source": [text], "execution_count": 1, "outputs": [STREAM, RESULT, ERROR, SHOWN]}
        for text in sources
    ]
    picture = {
        "cell_type": "markdown",
        "id": "m",
        "metadata": {},
        "source": "m",
        "attachments": {"a.png": PNG},
    }
    raw = {"cell_type": "raw", "id": "r", "metadata": {"format": "text/html"}, "source": ""}
    document = {"cells": [picture, *cells, raw], "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(document, indent=1) + "\n").encode()


def twisted(draw: random.Random, data: bytes) -> bytes:
    """Return JSON of which one to three fields are not what they should be, or which is JSON no longer."""
    try:
        document = json.loads(data)
    except ValueError:
        document = {}
    for _ in range(draw.choice([0, 1, 1, 1, 2, 3])):
        document = _twist_value(draw, document)
    text = json.dumps(document, indent=draw.choice([None, 1]), ensure_ascii=draw.random() < 0.9)
    for word, value in (
        (DEEP, "[" * (depth := draw.choice([50, 900, 5000])) + "]" * depth),
        (LONG, '"' + "x" * draw.choice([1000, 300_000]) + '"'),
        (NUMBER, "9" * draw.choice([30, 5000])),
    ):
        text = text.replace(f'"{word}"', value)
    made = text.encode(errors="surrogatepass")
    if draw.random() < 0.75:
        return made
    return draw.choice([*BYTES])(draw, made)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container in a document with each of its keys."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _value(draw: random.Random) -> Any:
    return copy.deepcopy(draw.choice(VALUES))


def _twist_value(draw: random.Random, document: Any) -> Any:
    places = list(_places(document))
    if not places or draw.random() < 0.01:
        return _value(draw)
    holder, key = draw.choice(places)
    match draw.choice(["value"] * 5 + ["wrap", "drop", "rename", "add", "add", "move", "many"]):
        case "value":
            holder[key] = _value(draw)
        case "wrap":
            holder[key] = draw.choice([[holder[key]], {draw.choice(FIELDS): holder[key]}])
        case "drop":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            holder[draw.choice([*FIELDS, "", "\ud800"])] = holder.pop(key)
        case "add" if isinstance(holder, dict):
            holder[draw.choice(FIELDS)] = _value(draw)
        case "many" if isinstance(holder, list):
            holder += [copy.deepcopy(holder[key]) for _ in range(draw.choice([1, 2, 200]))]
        case _:
            other, place = draw.choice(places)
            if isinstance(other, dict) or place < len(other):
                other[place] = copy.deepcopy(holder[key])
    return document


def _twins(draw: random.Random, data: bytes) -> bytes:
    """Say a key twice, with something of the participant's in the one that a parser forgets."""
    keys = list(re.finditer(rb'"(\w+)": ', data))
    if not keys:
        return data
    found = draw.choice(keys)
    return data[: found.start()] + found[0] + json.dumps(mark(draw)).encode() + b", " + data[found.start() :]


BYTES: list[Callable[[random.Random, bytes], bytes]] = [
    *[_twins] * 5,
    lambda draw, data: data[: draw.randint(0, len(data))],
    lambda _draw, data: b"\xef\xbb\xbf" + data,
    lambda _draw, data: data.decode(errors="replace").encode("utf-16"),
    lambda _draw, data: data.replace(b"\n", b"\r\n"),
    lambda draw, data: data.replace(b"t", draw.choice([b"\xff", b"\\ud83d", b"\0", b"\xed\xa0\x80"]), 3),
    lambda _draw, data: data + data,
    lambda _draw, _data: b"",
    lambda draw, _data: draw.randbytes(50),
    lambda _draw, _data: b"<html>sign in</html>",
]


def odd_names(draw: random.Random) -> list[str]:
    """Return names that a folder can hold and a screen cannot."""
    names = [
        b"a\nb.py",
        b"\x1b[2Jc.ipynb",
        "\u202egpj.ipynb".encode(),
        "\u2066x\u2069.py".encode(),
        b"\xff.py",
    ]
    names += [b"back\\slash.py", b"-rf", b" .py", b"CON.py", b"x" * 201 + b".py", b".hidden", b"part/\x7f.py"]
    names += [
        "e\u0301.ipynb".encode(),
        "\u00e9.ipynb".encode(),
        b"...",
        b"a.ipynb/b.ipynb",
        b"%s{}.py",
        b"'\".py",
    ]
    return [name.decode(errors="surrogateescape") for name in draw.sample(names, 4)]


GIT = """#!/bin/sh
# Answers in git's place: one file a command, in the language that was chosen.
cd "$FAKE_GIT" || exit 1
case "$1 $2" in
"cat-file --batch")
    while read -r name; do
        cat "blob-$name" 2>/dev/null || echo "$name missing"
        [ -e "end-$name" ] && exit 1
    done
    exit 0 ;;
"cat-file --batch-check"*) word=sizes ;;
"cat-file -t") word=kind ;;
"rev-parse --is-bare-repository") word=bare ;;
*) word=$1 ;;
esac
if [ "$LC_ALL" != C ]; then
    echo "Schwerwiegend: nichts geht" >&2
elif [ -e "$word.err" ]; then
    cat "$word.err" >&2
fi
cat "$word.out" 2>/dev/null
read -r status <"$word.status" && exit "$status"
"""
WORDS = [
    "proxy",
    "timed-out",
    "certificate",
    "ssl",
    "redirect",
    "early-eof",
    "hung-up",
    "timeout",
    "http-500",
]
NOT_READ = "\nfatal: Could not read from remote repository."
DOWN = [
    "fatal: unable to access '{url}': Could not resolve host: {host}",
    "fatal: unable to access '{url}': Failed to connect to {host} port 443: Couldn't connect to server",
    "ssh: connect to host {host} port 22: Connection timed out" + NOT_READ,
    "ssh: Could not resolve hostname {host}: Name or service not known" + NOT_READ,
]
WRONG = [
    "remote: Repository not found.\nfatal: repository '{url}' not found",
    "remote: the proxy timed out once\nfatal: repository '{url}' not found",
    "fatal: could not read Username for '{url}': terminal prompts disabled",
    "fatal: unable to access '{url}': The requested URL returned error: 403",
    "FATAL: R any {name} you DENIED by fallthru\n(or you mis-spelled the reponame)\n"
    "fatal: Could not read from remote repository.",
    "ERROR: Repository {name}.git not found.\nfatal: Could not read from remote repository.",
    "fatal: '{name}.git' does not appear to be a git repository",
]
TIP, TAG, TREE = "1" * 40, "2" * 40, "3" * 40


class Answers:
    """What git says of a repository that holds some files: one answer a command."""

    def __init__(self, draw: random.Random, files: Mapping[str, bytes]) -> None:
        """Take down what a good git would say."""
        self.draw = draw
        self.means, self.twisted = "done", ""
        rows, self.blobs = [], {}
        for number, (path, data) in enumerate(sorted(files.items()), start=4):
            name = f"{number:x}" * 40
            rows.append(f"100644 blob {name}\t{path}\0".encode())
            self.blobs[name] = b"%s blob %d\n%s\n" % (name.encode(), len(data), data)
        commit = (
            f"tree {TREE}\nauthor a <a> 1700000000 +0000\ncommitter a <a> 1700000000 +0000\n\nnews\n".encode()
        )
        tag = f"object {TIP}\ntype commit\ntag v1\ntagger a <a> 1700000000 +0000\n\nnews\n".encode()
        for name, kind, data in ((TIP, b"commit", commit), (TAG, b"tag", tag)):
            self.blobs[name] = b"%s %s %d\n%s\n" % (name.encode(), kind, len(data), data)
        sizes = [b"blob %d\n" % len(data) for _, data in sorted(files.items())]
        self.out = {
            "ls-remote": f"ref: refs/heads/main\tHEAD\n{TIP}\tHEAD\n{TIP}\trefs/heads/main\n".encode(),
            "bare": b"true\n",
            "fetch": b"",
            "rev-parse": f"{TIP}\n".encode(),
            "rev-list": f"{TIP}\n{TREE}\n".encode(),
            "for-each-ref": f"tag {len(tag)} {TAG} commit {TIP} 1700000000 refs/offer/tags/v1\n".encode(),
            "kind": b"tree\n",
            "ls-tree": b"".join(rows),
            "sizes": b"".join(sizes),
            "update-ref": b"",
            "init": b"",
        }
        self.status = dict.fromkeys(self.out, 0)
        self.said = dict.fromkeys(self.out, b"")
        self.ends: set[str] = set()

    def twist(self) -> str:
        """Let something go wrong, or nothing; return the address that it goes wrong for."""
        draw = self.draw
        host, name = f"{draw.choice(WORDS)}.example", "/".join(draw.sample(WORDS, 2))
        url = draw.choice(
            [f"https://{host}/{name}.git", f"ssh://git@{host}/{name}.git", f"git@{host}:{name}.git"]
        )
        word = draw.choice([*self.out])
        kind = draw.choice(["well", "down", "wrong", "wrong", "chatty", "nonsense", "nonsense", "blob"])
        self.twisted = f"{kind} {word}"
        fit = {"url": url, "host": host, "name": name}
        if kind in ("down", "wrong"):
            text = draw.choice(DOWN if kind == "down" else WRONG)
            word = draw.choice(["ls-remote", "fetch"])
            self.status[word], self.said[word] = 128, text.format(**fit).encode()
            self.means = {"down": "offline", "wrong": "refused"}[kind]
            self.twisted = f"{word}: {text}"
        elif kind == "chatty":
            self.said[word] = "warning: proxy timed out \u202e\x1b[31m Müll\n".encode() * draw.choice(
                [1, 5000]
            )
        elif kind == "nonsense":
            self.means = ""
            self.out[word] = self._nonsense(self.out[word])
            self.status[word] = draw.choice([0, 0, 1, 128, 255])
            self.said[word] = draw.choice(
                [b"", b"\xff\xfe", b"fatal: \x1b[31mx\n", b"schwerwiegend: kaputt\n"]
            )
        elif kind == "blob":
            self.means = ""
            name = draw.choice([*self.blobs])
            self.blobs[name] = self._nonsense(self.blobs[name])
            self.ends.add(name)
        return url

    def _nonsense(self, data: bytes) -> bytes:
        draw = self.draw
        ways = [data[: draw.randint(0, len(data))], b"", b"\n", b"\0", b"<html></html>\n", draw.randbytes(30)]
        ways += [
            data * 2,
            data.replace(b" ", b""),
            data.replace(b"1", b"\xe9"),
            data.replace(b"blob", b"tree"),
        ]
        ways += [data + b"x\n", data.replace(b"\t", b" "), re.sub(rb"\d+", b"9" * 5000, data, count=1)]
        ways += [data.replace(b"\n", b"\r\n"), re.sub(rb"\d+", b"-1", data), data[::-1]]
        return draw.choice(ways)

    def write(self, folder: Path) -> None:
        """Write the answers where the git that answers finds them."""
        folder.mkdir()
        for word, data in self.out.items():
            (folder / f"{word}.out").write_bytes(data)
            (folder / f"{word}.status").write_text(f"{self.status[word]}\n", encoding="ascii")
            if self.said[word]:
                (folder / f"{word}.err").write_bytes(self.said[word])
        for name, data in self.blobs.items():
            (folder / f"blob-{name}").write_bytes(data)
            if name in self.ends:
                (folder / f"end-{name}").touch()
