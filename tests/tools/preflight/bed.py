"""What the tests of the pre-flight share: a computer of files, and commands that say what they are told."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
PREFLIGHT = ROOT / "tools/preflight"
TOOLS = ("sh", "awk", "cat", "dirname", "fold", "grep", "sed", "tail")
"""All that the script may need of a system; nothing else is on the fake computer's PATH."""
PORTS = (8080, 8081, 8082, 8282)

Facts = Mapping[str, str]


class Comparison(NamedTuple):
    """One of what a rule asks for."""

    fact: str
    word: str
    bound: str

    def holds(self, facts: Facts) -> bool:
        value = facts.get(self.fact, "")
        if not value:
            return False
        match self.word:
            case "eq":
                return value == self.bound
            case "lt":
                return int(value) < int(self.bound)
            case "ge":
                return int(value) >= int(self.bound)
        raise AssertionError(f"{self} compares in a way that the scripts do not know")


class Rule(NamedTuple):
    """A line of rules.txt."""

    id: str
    systems: str
    when: str
    level: str
    text: str

    @property
    def comparisons(self) -> list[Comparison]:
        return [Comparison(*each.split(" ")) for each in self.when.split(" and ")]

    def applies(self, facts: Facts) -> bool:
        return all(each.holds(facts) for each in self.comparisons)


def rules() -> list[Rule]:
    """Return the lines of rules.txt, read the way both scripts are meant to."""
    lines = (PREFLIGHT / "rules.txt").read_text(encoding="ascii").splitlines()
    return [Rule(*(part.strip() for part in line.split("|"))) for line in lines if line and line[0] != "#"]


def decisive(system: str, facts: Facts) -> list[Rule]:
    """Return the rules that decide, one of each id, in order."""
    found: dict[str, Rule] = {}
    for rule in rules():
        if system in rule.systems.split() and rule.id not in found and rule.applies(facts):
            found[rule.id] = rule
    return list(found.values())


def judged(system: str, facts: Facts) -> list[tuple[str, str]]:
    """Return (id, level) of each finding: what the scripts are to say besides the file."""
    return [(rule.id, rule.level) for rule in decisive(system, facts) if rule.level in ("stop", "note")]


def file_for(system: str, facts: Facts) -> str:
    """Return what is said of the file for this computer."""
    (text,) = (rule.text for rule in decisive(system, facts) if rule.level == "file")
    return text


def page_for(system: str, facts: Facts) -> str:
    """Return the panel of the start page that is opened on this computer."""
    (text,) = (rule.text for rule in decisive(system, facts) if rule.level == "page")
    return text


@dataclass(frozen=True)
class Said:
    """What the pre-flight answered."""

    status: int
    text: str

    @property
    def flowing(self) -> str:
        """The text without its line breaks."""
        return " ".join(self.text.split())

    @property
    def answer(self) -> str:
        """READY, READY, BUT or NOT READY."""
        after = self.text.partition("\n\n")[2]
        return after.split(".")[0] if after.startswith(("READY.", "NOT READY.")) else after.split(":")[0]

    @property
    def file(self) -> str:
        """What is said of the file for this computer; it is the last thing, whatever the answer."""
        return " ".join(self.text.partition("What is for this computer:")[2].split())

    def names(self, rule_id: str) -> bool:
        """Whether the text of one of the rules with this id was said, with whatever is filled in."""
        texts = [rule.text for rule in rules() if rule.id == rule_id and rule.text]
        assert texts
        patterns = (".+?".join(map(re.escape, re.split(r"\{\w+\}", text))) for text in texts)
        return any(re.search(pattern, self.flowing) for pattern in patterns)


class Computer:
    """A folder with /proc, /sys and the only commands there are."""

    def __init__(self, folder: Path, shell: str = "sh") -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(shell if tool == "sh" else tool)
            assert found, f"{tool} is missing on this machine"
            (self.bin / tool).symlink_to(found)

    def command(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def without(self, name: str) -> None:
        (self.bin / name).unlink()

    def file(self, path: str, text: str) -> None:
        target = self.folder / "root" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def preflight(self, script: Path = PREFLIGHT / "preflight.sh", stderr: str = "") -> Said:
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.folder),
            "PREFLIGHT_ROOT": f"{self.folder}/root",
        }
        done = subprocess.run(
            [self.bin / "sh", script],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == stderr
        return Said(done.returncode, done.stdout)

    def disk(self, free_mb: int) -> None:
        table = (
            f"Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/x 1 1 {free_mb * 1024} 1% /"
        )
        self.command("df", f'[ "$1" = -Pk ] && printf "{table}\\n"')

    def virtualbox(self, version: str, warning: str = "") -> None:
        self.command("VBoxManage", f"printf '{warning}{version}\\n'")


class Linux(Computer):
    """A laptop with everything as it should be."""

    def __init__(self, folder: Path, shell: str = "sh") -> None:
        super().__init__(folder, shell)
        self.command("uname", "case $1 in -m) echo x86_64 ;; *) echo Linux ;; esac")
        self.memory(16000)
        self.disk(50000)
        self.processor("vmx")
        self.modules("vboxdrv 1 0 - Live 0x0", "ext4 1 0 - Live 0x0")
        self.listening()
        self.virtualbox("7.2.16r174877")

    def memory(self, megabytes: int) -> None:
        self.file("proc/meminfo", f"MemTotal:  {megabytes * 1024} kB\nMemFree: 1 kB\n")

    def processor(self, *flags: str) -> None:
        self.file("proc/cpuinfo", f"processor : 0\nflags\t: fpu vme {' '.join(flags)} sse\n")

    def modules(self, *lines: str) -> None:
        self.file("proc/modules", "".join(f"{line}\n" for line in lines))

    def listening(self, *ports: int, version: str = "tcp") -> None:
        """Let something listen on the ports, and something else be connected from each of the workshop's."""
        head = "  sl  local_address rem_address   st tx_queue rx_queue\n"
        connected = "".join(f"   1: 0100007F:{port:04X} 0100007F:1F40 01 0:0 0:0\n" for port in PORTS)
        lines = "".join(f"   0: 0100007F:{port:04X} 00000000:0000 0A 0:0 0:0\n" for port in ports)
        self.file("proc/net/tcp", head + connected)
        self.file(f"proc/net/{version}", head + connected + lines)


class Mac(Computer):
    """A Mac with an Intel processor and everything as it should be, but without UTM."""

    def __init__(self, folder: Path, shell: str = "sh") -> None:
        super().__init__(folder, shell)
        self.machine("x86_64")
        self.command("sw_vers", "echo 14.5")
        self.sysctl()
        self.disk(50000)
        self.listening()
        self.virtualbox("7.1.4r165100")

    def machine(self, name: str) -> None:
        self.command("uname", f"case $1 in -m) echo {name} ;; *) echo Darwin ;; esac")

    def utm(self, version: str) -> None:
        """Install UTM; a Mac tells its version by what is in its folder."""
        (self.folder / "root/Applications/UTM.app").mkdir(parents=True)
        asked = f"{self.folder}/root/Applications/UTM.app/Contents/Info CFBundleShortVersionString"
        self.command("defaults", f'[ "$*" = "read {asked}" ] && echo {version}')

    def sysctl(self, **values: str) -> None:
        """Set what sysctl answers, dots written as underscores between words: hw__memsize."""
        known = {"hw__memsize": str(16 << 30), "kern__hv_support": "1"} | values
        cases = " ".join(f"{name.replace('__', '.')}) echo {value} ;;" for name, value in known.items())
        self.command("sysctl", f'case $2 in {cases} *) echo "unknown oid" >&2; exit 1 ;; esac')

    def listening(self, *ports: int) -> None:
        head = "Active Internet connections\\nProto Recv-Q Send-Q  Local Address  Foreign Address  (state)\\n"
        lines = "".join(f"tcp4  0  0  127.0.0.1.{port}  *.*  LISTEN\\n" for port in ports)
        connected = "tcp4  0  0  10.0.0.5.8080  10.0.0.9.443  ESTABLISHED\\n"
        self.command("netstat", f'printf "{head}{connected}{lines}"')
