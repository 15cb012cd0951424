"""Files for UTM and WSL: sound ones are accepted, and what is changed in them is refused by its own check.

Most changes are generated: each key of UTM's settings is taken out, given another kind and another value;
each file that WSL reads is taken out, opened and given away; bytes are flipped and files cut anywhere.
"""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import io
import plistlib
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from organiser.appliance import manifest, updating
from organiser.appliance.architecture import AMD64, ARM64
from organiser.appliance.utm import write_utm
from organiser.appliance.verify.run import verify
from organiser.appliance.verify.utm import DEMANDED, OPTIONAL
from organiser.appliance.wsl import layout
from organiser.appliance.wsl.write import write_wsl
from workshop.errors import WorkshopError

from ..building import (
    ARM_DESCRIPTION,
    DESCRIPTION,
    EPOCH,
    make_appliance_root,
    make_arm_disk,
    program,
)


@pytest.fixture(scope="module")
def utm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("utm")
    raw = make_arm_disk(make_appliance_root(folder / "root", ARM64), folder / "raw")
    write_utm(raw, folder / "a-arm64.utm.zip", ARM_DESCRIPTION, epoch=EPOCH, scratch=folder)
    return folder / "a-arm64.utm.zip"


class Machine:
    """A machine for UTM taken apart: its settings, its members, and whether the sums are made right again."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.members = {info.filename: archive.read(info) for info in archive.infolist()}
        self.settings: dict[str, Any] = plistlib.loads(self.members[self.plist])
        self.kinds: dict[str, int] = {}
        self.compressed = False
        self.comment: bytes | None = None

    @property
    def plist(self) -> str:
        return next(name for name in self.members if name.endswith("config.plist"))

    @property
    def disk(self) -> str:
        return next(name for name in self.members if name.endswith(".qcow2"))

    def write(self, path: Path, *, settings: bool = True) -> Path:
        if settings:
            self.members[self.plist] = plistlib.dumps(self.settings)
        sums = {
            n: hashlib.sha256(data).hexdigest() for n, data in self.members.items() if not n.endswith("/")
        }
        with zipfile.ZipFile(
            path, "w", zipfile.ZIP_DEFLATED if self.compressed else zipfile.ZIP_STORED
        ) as archive:
            archive.comment = manifest.render(sums) if self.comment is None else self.comment
            for name, data in self.members.items():
                info = zipfile.ZipInfo(name)
                info.compress_type = archive.compression
                info.external_attr = self.kinds.get(name, 0o100644) << 16
                archive.writestr(info, data)
        return path


def judged(path: Path) -> set[str]:
    return {name for name, _ in verify(path).faults}


def test_sound_ones_are_accepted_and_named(utm: Path, wsl: Path) -> None:
    for path, form, architecture in ((utm, "utm", ARM64), (wsl, "wsl", AMD64)):
        report = verify(path, thorough=True)
        assert report.faults == []
        assert (report.form, report.architecture) == (form, architecture)


def sections(settings: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each set of keys that UTM reads, with its name."""
    yield "", settings
    for name in DEMANDED:
        entry = settings.get(name)
        if isinstance(entry, dict):
            yield name, entry
        elif isinstance(entry, list) and entry:
            yield name, entry[0]
    yield "PortForward", settings["Network"][0]["PortForward"][0]


KEYS = [(section, key) for section, keys in DEMANDED.items() for key in keys]


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_each_key_that_utm_reads_is_demanded_and_of_its_kind(
    section: str, key: str, utm: Path, tmp_path: Path
) -> None:
    machine = Machine(utm)
    entry = dict(sections(machine.settings))[section]
    value = entry.pop(key)
    assert judged(machine.write(tmp_path / "x.utm.zip")) == {"utm.keys"}
    for other in ("word", 7, True, ["word"], {"a": "word"}):
        if type(other) is not type(value):
            entry[key] = other
            assert judged(machine.write(tmp_path / "x.utm.zip")) == {"utm.keys"}, other


FREE = {
    # What may have another value: names, and what is the organiser's to choose.
    *(("Information", key) for key in ("Name", "Icon", "IconCustom", "Notes")),
    *(("System", key) for key in ("CPUCount", "MemorySize", "JITCacheSize", "ForceMulticore")),
    *(("QEMU", key) for key in ("RNGDevice", "BalloonDevice", "TPMDevice", "RTCLocalTime", "PS2Controller")),
    *(("Display", key) for key in ("DynamicResolution", "NativeResolution")),
    *(("Display", key) for key in ("UpscalingFilter", "DownscalingFilter")),
    *(("Input", key) for key in ("UsbBusSupport", "MaximumUsbShare")),
    ("Sharing", "DirectoryShareReadOnly"), ("Drive", "InterfaceVersion"),
    ("PortForward", "HostPort"), ("PortForward", "GuestPort"), ("PortForward", "GuestAddress"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("section", "key"),
    [
        (section, key)
        for section, keys in DEMANDED.items()
        for key, kind in (keys | OPTIONAL.get(section, {})).items()
        if kind not in (dict, list) and (section, key) not in FREE and key != "VgaRamMib"
    ],
)
def test_each_value_that_is_not_free_is_the_one_that_works(
    section: str, key: str, utm: Path, tmp_path: Path
) -> None:
    machine = Machine(utm)
    entry = dict(sections(machine.settings))[section]
    value = entry[key]
    entry[key] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else "*other*"
    assert judged(machine.write(tmp_path / "x.utm.zip"))


def card(machine: Machine) -> dict[str, Any]:
    found: dict[str, Any] = machine.settings["Network"][0]
    return found


def forward(**values: Any) -> Callable[[Machine], object]:
    return lambda machine: card(machine)["PortForward"][0].update(values)


def damaged(place: int, data: bytes) -> Callable[[Machine], None]:
    def change(machine: Machine) -> None:
        disk = bytearray(machine.members[machine.disk])
        disk[place : place + len(data)] = data
        machine.members[machine.disk] = bytes(disk)

    return change


UTM: dict[str, tuple[Callable[[Machine], object], str]] = {
    "a path upwards": (lambda m: m.members.update({"../evil": b"x"}), "zip.names"),
    "a stranger": (lambda m: m.members.update({f"{m.plist[:-12]}run.command": b"x"}), "zip.members"),
    "no settings": (lambda m: m.members.pop(m.plist), "zip.members"),
    "no disk": (lambda m: m.members.pop(m.disk), "zip.members"),
    "a second disk": (lambda m: m.members.update({m.disk.replace("disk", "two"): b"x"}), "zip.members"),
    "a link for a disk": (lambda m: m.kinds.update({m.disk: 0o120777}), "zip.plain-files"),
    "a disk compressed twice": (lambda m: setattr(m, "compressed", True), "zip.stored"),
    "no sums": (lambda m: setattr(m, "comment", b""), "zip.manifest"),
    "sums of something else": (
        lambda m: setattr(m, "comment", manifest.render({m.plist: "0" * 64, m.disk: "0" * 64})),
        "zip.manifest",
    ),
    "an identifier that is none": (lambda m: m.settings["Information"].update(UUID="me"), "utm.identifiers"),
    "little memory": (lambda m: m.settings["System"].update(MemorySize=512), "utm.size"),
    "no processor": (lambda m: m.settings["System"].update(CPUCount=0), "utm.size"),
    "an argument of QEMU": (
        lambda m: m.settings["QEMU"].update(AdditionalArguments=["-netdev tap"]),
        "utm.arguments",
    ),
    "a serial port that listens": (
        lambda m: m.settings["Serial"].append({"Mode": "TcpServer", "TcpPort": 4444}),
        "utm.host",
    ),
    "a disk that is not there": (lambda m: m.settings["Drive"][0].update(ImageName="b.qcow2"), "utm.drive"),
    "a disk of the Mac": (
        lambda m: m.settings["Drive"].append(copy.deepcopy(m.settings["Drive"][0])),
        "utm.drive",
    ),
    "no display": (lambda m: m.settings["Display"].clear(), "utm.display"),
    "a second card": (
        lambda m: m.settings["Network"].append(copy.deepcopy(card(m)) | {"PortForward": []}),
        "utm.network",
    ),
    "a port for everyone": (forward(HostAddress="0.0.0.0"), "utm.loopback"),
    "a port without address": (forward(HostAddress=""), "utm.loopback"),
    "a port for root only": (forward(HostPort=80), "utm.forwards"),
    "a port twice": (forward(HostPort=8282), "utm.forwards"),
    "no port": (lambda m: card(m)["PortForward"].clear(), "utm.forwards"),
    "a bridge's name": (lambda m: card(m).update(BridgeInterface="en0"), "utm.keys"),
    "a disk that is none": (damaged(0, b"KDMV"), "qcow2.structure"),
    "a disk behind the disk": (damaged(8, b"\0\0\0\0\0\1\0\0"), "qcow2.structure"),
    "a table outside": (damaged(40, b"\0\0\1\0\0\0\0\0"), "qcow2.structure"),
    "an encrypted disk": (damaged(32, b"\0\0\0\1"), "qcow2.structure"),
}


@pytest.mark.parametrize("name", UTM)
def test_a_change_of_a_machine_is_refused_by_its_own_check(name: str, utm: Path, tmp_path: Path) -> None:
    change, check = UTM[name]
    machine = Machine(utm)
    change(machine)
    with_settings = any(member.endswith("config.plist") for member in machine.members)
    assert judged(machine.write(tmp_path / "x.utm.zip", settings=with_settings)) == {check}


@pytest.mark.parametrize(
    "text", [b"", b"bplist00", b"<?xml version='1.0'?><plist><array/></plist>", b"<?xml <!ENTITY"]
)
def test_settings_that_are_no_property_list(text: bytes, utm: Path, tmp_path: Path) -> None:
    machine = Machine(utm)
    machine.members[machine.plist] = text
    assert judged(machine.write(tmp_path / "x.utm.zip", settings=False)) == {"utm.plist"}


class Distribution:
    """A distribution for WSL taken apart."""

    def __init__(self, path: Path) -> None:
        with tarfile.open(path) as tar:
            self.members = [(info, tar.extractfile(info).read() if info.isreg() else b"") for info in tar]  # type: ignore[union-attr]

    def info(self, path: str) -> tarfile.TarInfo:
        return next(info for info, _ in self.members if info.name == path)

    def text(self, path: str, old: str, new: str) -> None:
        """Replace text in a file; it must be there."""
        for place, (info, data) in enumerate(self.members):
            if info.name == path:
                assert old.encode() in data, old
                self.put(path, data.replace(old.encode(), new.encode()), place)

    def put(self, path: str, data: bytes, place: int | None = None) -> None:
        """Put a file into the place of another, or before the last."""
        info = copy.copy(self.members[place][0]) if place is not None else tarfile.TarInfo(path)
        info.name, info.size = path, len(data)
        if place is None:
            self.members.insert(-1, (info, data))
        else:
            self.members[place] = (info, data)

    def remove(self, path: str) -> None:
        before = len(self.members)
        self.members = [(info, data) for info, data in self.members if info.name != path]
        assert len(self.members) < before

    def write(self, path: Path, *, sum_anew: bool = True) -> Path:
        buffer = io.BytesIO()
        with tarfile.TarFile(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for info, data in self.members:
                if info.name == layout.SUMS and sum_anew:
                    data = manifest.render({layout.SUMMED: hashlib.sha256(buffer.getvalue()).hexdigest()})
                    info = copy.copy(info)
                    info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        path.write_bytes(gzip.compress(buffer.getvalue(), 1))
        return path


Change = Callable[[Distribution], object]


def mode(path: str, value: int) -> Change:
    return lambda d: setattr(d.info(path), "mode", value)


def exchanged(path: str, data: bytes) -> Change:
    def change(distribution: Distribution) -> None:
        names = [info.name for info, _ in distribution.members]
        distribution.put(path, data, names.index(path))

    return change


def linked(name: str, target: str, kind: bytes = tarfile.SYMTYPE, **values: int) -> Change:
    """Return a change that adds what has no contents."""

    def change(distribution: Distribution) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        for key, value in values.items():
            setattr(info, key, value)
        distribution.members.insert(-1, (info, b""))

    return change


def through_a_link(distribution: Distribution) -> None:
    linked("e", "etc")(distribution)
    distribution.put("e/shadow", HASH)


def elsewhere(distribution: Distribution) -> None:
    """Have a table of accounts lie where most of a file is not looked at."""
    (data,) = (data for info, data in distribution.members if info.name == "etc/passwd")
    distribution.remove("etc/passwd")
    distribution.put("usr/share/passwd", data + b"x" * 64 + b":x:5:5:::\ntoor:x:0:0:::\n")
    linked("etc/passwd", "/usr/share/passwd")(distribution)


def unit(folder: str, text: str = "[Service]\nUser=root\nExecStart=/bin/nc -l 0.0.0.0 99\n") -> Change:
    return lambda distribution: distribution.put(f"{folder}/evil.service", text.encode())


HASH = b"root:$y$j9T$x$hash:20000:0:99999:7:::\n"
TEMPLATE = "[windowsterminal]\nprofileTemplate = "
JUPYTER = "opt/workshop/etc/jupyter/jupyter_server_config.py"
WEB = "etc/systemd/system/workshop-web.service"
WSL: dict[str, tuple[Change, str]] = {
    "shadow, through a link": (through_a_link, "wsl.names"),
    "a template that is not there": (
        lambda d: d.text(layout.DISTRIBUTION, "[shortcut]", f"{TEMPLATE}/usr/lib/wsl/x.json\n[shortcut]"),
        "wsl.distribution",
    ),
    "a value of several lines": (
        lambda d: d.text(
            layout.DISTRIBUTION, "[shortcut]", f"{TEMPLATE}x\n [oobe]\n command = /x\n[shortcut]"
        ),
        "wsl.distribution",
    ),
    "a key twice": (
        lambda d: d.text(layout.DISTRIBUTION, "[oobe]", "[oobe]\nCommand = /tmp/x"),
        "wsl.distribution",
    ),
    "a value in quotes": (
        lambda d: d.text(layout.DISTRIBUTION, "= deep", '= "deep'),
        "wsl.distribution",
    ),
    "a capability": (
        lambda d: d.info("usr/bin/bash").pax_headers.update({"SCHILY.xattr.security.capability": "x"}),
        "wsl.attributes",
    ),
    "accounts elsewhere": (elsewhere, "wsl.account"),
    "a shadow of megabytes": (
        lambda d: d.text("etc/shadow", "root:*", "sync:*:1::::::\n" * 70_000 + "root:*"),
        "inside.passwords",
    ),
    "a page for a name": (lambda d: d.text(WEB, "127.0.0.1", "myhost"), "wsl.loopback"),
    "a page for whoever": (lambda d: d.text(WEB, " --address 127.0.0.1", ""), "wsl.loopback"),
    "a page in two lines": (lambda d: d.text(WEB, "127.0.0.1", "\\\n0.0.0.0"), "wsl.loopback"),
    "a page of IPv6": (lambda d: d.text(WEB, "127.0.0.1", "127.0.0.1 fe80::1"), "wsl.loopback"),
    "other settings": (
        lambda d: d.text(WEB, "[Service]", "[Service]\nEnvironment=WORKSHOP_CONFIG=/tmp/x"),
        "wsl.loopback",
    ),
    "settings of an environment": (
        lambda d: d.text(WEB, "[Service]", "[Service]\nEnvironmentFile=/tmp/x"),
        "wsl.loopback",
    ),
    "notebooks everywhere": (lambda d: d.text(JUPYTER, '"127.0.0.1"', '"*"'), "wsl.loopback"),
    "notebooks of two minds": (
        lambda d: d.text(JUPYTER, "c.", 'setattr(c.ServerApp, "ip", "")\nc.'),
        "wsl.loopback",
    ),
    "notebooks that do not say": (lambda d: d.text(JUPYTER, "c.", "# c."), "wsl.loopback"),
    "an address for all": (
        lambda d: d.text("opt/workshop/etc/workshop.toml", "127.0.0.1", "10.0.0.1"),
        "wsl.loopback",
    ),
    "an address for the next set-up": (
        lambda d: d.put("opt/workshop/etc/pull-variables.json", b'{"workshop_bind_address": "10.0.0.1"}'),
        "wsl.loopback",
    ),
    **{
        f"a drop-in of {name} in {folder}": (
            lambda d, path=f"{folder}/{name}.service.d/x.conf": d.put(
                path, b"[Service]\nExecStart=\nExecStart=/usr/bin/web --address 10.0.0.1\n"
            ),
            "wsl.loopback",
        )
        for name, folder in (
            ("workshop-web", "etc/systemd/system"),
            ("workshop-", "usr/lib/systemd/system"),
            ("workshop-web", "usr/local/lib/systemd/system"),
        )
    },
    "a service of root's": (unit("etc/systemd/system/multi-user.target.wants"), "inside.units"),
    "a unit beside ours": (unit("usr/local/lib/systemd/system"), "inside.units"),
    "ours, leading elsewhere": (
        linked("etc/systemd/system/timers.target.wants/fstrim.timer", "/tmp/evil.timer"),
        "inside.units",
    ),
    "a drop-in of systemd's": (
        lambda d: d.put(
            "etc/systemd/system/systemd-logind.service.d/x.conf", b"[Service]\nExecStartPre=/x\n"
        ),
        "inside.units",
    ),
    "a generator": (lambda d: d.put("etc/systemd/system-generators/x", b"#!/bin/sh\n"), "inside.units"),
    "a service of the old kind": (lambda d: d.put("etc/init.d/evil", b"#!/bin/sh\n"), "inside.units"),
    "a job of cron's": (lambda d: d.put("etc/cron.d/evil", b"* * * * * root /x\n"), "inside.units"),
    "sudo without a password": (
        lambda d: d.put("etc/sudoers.d/x", b"ALL ALL=(ALL) \\\n NOPASSWD: ALL\n"),
        "inside.superusers",
    ),
    "a number in other digits": (
        lambda d: d.text("etc/passwd", "root:x", "toor:x:+0:0::/:/bin/sh\nroot:x"),
        "inside.superusers",
    ),
    "a path upwards": (lambda d: d.put("../evil", b"x"), "wsl.names"),
    "no sum": (lambda d: d.remove(layout.SUMS), "wsl.sum"),
    "something behind the sum": (lambda d: d.members.append(d.members.pop(-2)), "wsl.sum"),
    "no word to WSL": (lambda d: d.remove(layout.DISTRIBUTION), "wsl.distribution"),
    "a key that WSL does not know": (
        lambda d: d.text(layout.DISTRIBUTION, "[oobe]", "[oobe]\nscript = x"),
        "wsl.distribution",
    ),
    "no icon named": (
        lambda d: d.text(layout.DISTRIBUTION, "icon", "[windowsterminal]\nprofileTemplate"),
        "wsl.distribution",
    ),
    "a command elsewhere": (
        lambda d: d.text(layout.DISTRIBUTION, "/usr/lib/wsl/first", "/tmp/first"),
        "wsl.command",
    ),
    "a command that others may change": (mode(layout.COMMAND, 0o777), "wsl.command"),
    "an icon that is none": (
        lambda d: d.text(layout.ICON, "\0\0\1\0\1\0", "GIF89a"),
        "wsl.icon",
    ),
    "the account before the first start": (
        lambda d: d.text("etc/passwd", "root:x", "you:x:1000:1000::/home/you:/bin/sh\nroot:x"),
        "wsl.account",
    ),
    "a shadow for everyone": (mode("etc/shadow", 0o644), "wsl.tables"),
    "no systemd": (lambda d: d.text(layout.CONFIGURATION, "true", "false"), "wsl.configuration"),
    "a setting that is not ours": (
        lambda d: d.text(layout.CONFIGURATION, "[boot]", "[automount]\nenabled=false\n[boot]"),
        "wsl.configuration",
    ),
    "a command at each start": (
        lambda d: d.text(layout.CONFIGURATION, "[boot]", "[boot]\ncommand=curl x"),
        "wsl.configuration",
    ),
    "an init for another processor": (
        exchanged("usr/lib/systemd/systemd", program(ARM64)),
        "wsl.programs",
    ),
    "the builder's resolver": (lambda d: d.put("etc/resolv.conf", b"nameserver 10.0.0.1\n"), "wsl.resolver"),
    "a unit that WSL replaces": (
        lambda d: d.remove("etc/systemd/system/systemd-networkd.service"),
        "wsl.units",
    ),
    "a unit that WSL does without": (
        lambda d: d.put("usr/lib/systemd/system/getty.target.wants/console-getty.service", b""),
        "wsl.units",
    ),
    "a label of SELinux": (
        lambda d: d.info("usr/bin/bash").pax_headers.update({"SCHILY.xattr.security.selinux": "x"}),
        "wsl.attributes",
    ),
    "services before the account": (lambda d: d.remove(layout.DROP_IN), "wsl.services"),
    "a password": (lambda d: d.text("etc/shadow", "root:*", "root:$y$j9T$x"), "inside.passwords"),
    "a token": (lambda d: d.put("opt/workshop/etc/token", b"secret"), "inside.secrets"),
}


@pytest.mark.parametrize("name", WSL)
def test_a_change_of_a_distribution_is_refused_by_its_own_check(name: str, wsl: Path, tmp_path: Path) -> None:
    change, check = WSL[name]
    distribution = Distribution(wsl)
    change(distribution)
    assert judged(distribution.write(tmp_path / "x.wsl")) == {check}


def test_taken_apart_and_put_together_it_is_sound(utm: Path, wsl: Path, tmp_path: Path) -> None:
    """Else the tests above would show nothing."""
    assert judged(Machine(utm).write(tmp_path / "x.utm.zip")) == set()
    assert judged(Distribution(wsl).write(tmp_path / "x.wsl")) == set()


READ = [layout.DISTRIBUTION, layout.CONFIGURATION, layout.COMMAND, layout.ICON, "etc/passwd", "etc/shadow"]


@pytest.mark.parametrize("path", READ)
def test_what_wsl_reads_must_be_there_and_roots_own(path: str, wsl: Path, tmp_path: Path) -> None:
    for change in ("remove", "give away", "open"):
        distribution = Distribution(wsl)
        if change == "remove":
            distribution.remove(path)
        elif change == "give away":
            distribution.info(path).uid = 1000
        else:
            distribution.info(path).mode |= 0o022
        assert judged(distribution.write(tmp_path / "x.wsl")), change


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bits_and_cuts_are_refused_without_a_traceback(
    seed: int, utm: Path, wsl: Path, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    for path in (utm, wsl):
        before = path.read_bytes()
        data = bytearray(before)
        if seed % 3 == 0:
            del data[chance.randrange(len(data) - 1) :]
        for _ in range(chance.choice((1, 2, 30))):
            if seed % 3 and data:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        copy_of = tmp_path / f"x{''.join(path.suffixes)}"
        copy_of.write_bytes(data)
        report = verify(copy_of)
        assert all("\n" not in fault for _, fault in report.faults)
        if report.ok:
            # Dates, versions and names of systems in the heads of zip and gzip mean nothing to anybody.
            assert contents(copy_of) == contents(path)


def contents(path: Path) -> object:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return [(name, archive.read(name)) for name in archive.namelist()]
    return gzip.decompress(path.read_bytes())


def test_a_file_of_anything(tmp_path: Path) -> None:
    for number, name in enumerate(("x.utm.zip", "x.wsl") * 20):
        (tmp_path / name).write_bytes(random.Random(number).randbytes(number * 50))
        assert not verify(tmp_path / name).ok


def test_a_tar_that_is_not_compressed_is_none_of_wsl(wsl: Path, tmp_path: Path) -> None:
    (tmp_path / "x.wsl").write_bytes(gzip.decompress(wsl.read_bytes()))
    ((name, fault),) = verify(tmp_path / "x.wsl").faults
    assert name == "wsl.whole"
    assert "neither a gzip nor an xz" in fault


KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGa3DGpc3dHHe5lC4XHzWO8iX4HTtwQJ2IRZnQzXjLQv me\n"


def test_what_copies_share_is_told_though_it_is_no_fault(wsl: Path, tmp_path: Path) -> None:
    assert verify(wsl).told == []
    distribution = Distribution(wsl)
    distribution.put("etc/workshop-appliance.token", b"ABCDEFGHIJKLMNOPQRSTU\n")
    distribution.put("etc/ssh/authorized_keys.d/workshop", KEY * 2)
    distribution.put("home/workshop/.ssh/authorized_keys", b"")
    report = verify(distribution.write(tmp_path / "x.wsl"))
    assert report.faults == []
    first, token, keys = [report.verdict, *report.told]
    assert first.startswith("sound, a distribution for WSL for amd64")
    assert "/etc/workshop-appliance.token" in token
    assert "/etc/ssh/authorized_keys.d/workshop" in keys
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(KEY.split()[1])).digest()).decode().rstrip("=")
    assert f"(SHA256:{digest})" in keys
    assert report.as_dict()["told"] == [token, keys]


def test_from_where_copies_are_updated_is_told(wsl: Path, tmp_path: Path) -> None:
    assert verify(wsl).updates == updating.NONE
    distribution = Distribution(wsl)
    distribution.put("opt/workshop/etc/updates.toml", b'url = "https://example.org/lessons.git"\n')
    distribution.put("opt/workshop/etc/allowed-signers", b'organiser namespaces="git" ' + KEY)
    said = verify(distribution.write(tmp_path / "x.wsl")).updates
    assert said.startswith("Updates: from https://example.org/lessons.git, signed by SHA256:")


def test_something_behind_the_archive_is_refused(wsl: Path, tmp_path: Path) -> None:
    (tmp_path / "x.wsl").write_bytes(gzip.compress(gzip.decompress(wsl.read_bytes()) + b"secret"))
    assert judged(tmp_path / "x.wsl") == {"wsl.whole"}


def test_what_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(bytes(65536))
    with pytest.raises(WorkshopError, match="a Mac with Intel"):
        write_utm(tmp_path / "raw", tmp_path / "x.utm.zip", DESCRIPTION, epoch=EPOCH, scratch=tmp_path)
    root = make_appliance_root(tmp_path / "root")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    with pytest.raises(WorkshopError, match="no account of the workshop's"):
        write_wsl(root, tmp_path / "x.wsl", epoch=EPOCH)
    assert not (tmp_path / "x.wsl").exists()
