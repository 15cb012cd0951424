"""From the disk of a machine that was used goes what two copies must not share; the rest stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from organiser.appliance import generalise as generalising
from organiser.appliance.ext4 import Ext4
from organiser.appliance.generalise import generalise
from workshop.core.errors import WorkshopError

from .building import EPOCH, PLANTED, USED, make_root, make_system_disk, make_used_root, needs

pytestmark = needs("mkfs.ext4", "debugfs", "e2fsck", "fallocate")
OFFSET = 1 << 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_used_root(tmp_path / "root")


def system_of(raw: Path) -> Ext4:
    return Ext4(raw, OFFSET, epoch=EPOCH)


def test_no_secret_is_left_anywhere_on_the_disk(root: Path, tmp_path: Path) -> None:
    # One that was removed before, as a shell's history is when it is written anew.
    raw = make_system_disk(root, tmp_path / "raw")
    (root / "old").write_text("SECRET-old" * 500)
    system = system_of(make_system_disk(root, raw))
    system.change(system.find("old"), {})
    assert b"SECRET-old" in raw.read_bytes()
    generalise(raw, epoch=EPOCH)
    assert b"SECRET" not in raw.read_bytes()


def test_no_secret_of_those_who_used_it_is_left(root: Path, tmp_path: Path) -> None:
    for number, name in enumerate(PLANTED):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"SECRET-{number}")
    past = root / "opt/workshop/state/backups/0001-x/files/lesson.ipynb"
    past.parent.mkdir(parents=True)
    past.write_text("SECRET-of-the-past")
    url = "https://someone:SECRET@git.example/w.git"
    (root / "opt/workshop/etc/updates.toml").write_text(f'url = "{url}"\n')
    raw = make_system_disk(root, tmp_path / "raw")
    said: list[str] = []
    generalise(raw, epoch=EPOCH, say=said.append)
    assert b"SECRET" not in raw.read_bytes()
    system = system_of(raw)
    assert system.read("home/workshop/notebooks/lesson.ipynb") == "stays"
    assert system.read("opt/workshop/etc/updates.toml") == 'url = "https://git.example/w.git"\n'
    told = [line.split()[0] for line in said]
    assert told == ["/home/workshop/passwords.txt", "/home/workshop/snap"]


UNKNOWN = {
    "etc/a-program-of-next-year/key": 0o600,
    "etc/a-program-of-next-year/closed/token": 0o644,
    "etc/secrets.yml": 0o640,
    "var/lib/a-server/private.pem": 0o600,
    "var/www/.htpasswd": 0o640,
    "usr/local/share/license.key": 0o400,
    "opt/a-vendor/settings.ini": 0o644,
    "backup/home.tar": 0o644,
    "data/passwords.csv": 0o644,
    "id_rsa": 0o644,
}
"""Places that no list names, with modes; ``closed`` is a folder of 0700."""
PASSWORDS = {
    "etc/environment": "http_proxy=http://me:SECRET@proxy:3128\nHF_TOKEN=SECRET\nLANG=C.UTF-8\n",
    "etc/apt/sources.list.d/own.list": "deb https://me:SECRET@mirror.example/debian trixie main\n",
    "etc/apt/apt.conf.d/80proxy": 'Acquire::http::Proxy "http://me:SECRET@proxy:3128";\n',
    "etc/fstab": "//nas/share /mnt cifs username=me,password=SECRET,uid=1000 0 0\n",
    "etc/systemd/system/own.service.d/key.conf": '[Service]\nEnvironment="API_KEY=SECRET" A=1\n',
    "etc/cron.d/own": "* * * * * root own --secret='SECRET word'\n",
}


def test_what_no_list_names_goes_by_its_kind(root: Path, tmp_path: Path) -> None:
    for name, mode in UNKNOWN.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("SECRET")
        (root / name).chmod(mode)
        if (root / name).parent.name == "closed":
            (root / name).parent.chmod(0o700)
    for name, text in PASSWORDS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    needed = {"etc/sudoers.d/workshop": 0o440, "etc/workshop-appliance.token": 0o600, "boot/grub.cfg": 0o600}
    for name, mode in needed.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("stays")
        (root / name).chmod(mode)
    raw = make_system_disk(root, tmp_path / "raw")
    generalise(raw, epoch=EPOCH)
    assert b"SECRET" not in raw.read_bytes()
    system = system_of(raw)
    assert {name: system.read(name) for name in needed} == dict.fromkeys(needed, "stays")
    assert system.read("etc/environment") == "http_proxy=http://proxy:3128\nHF_TOKEN=\nLANG=C.UTF-8\n"
    assert system.read("etc/fstab") == "//nas/share /mnt cifs username=me,password=,uid=1000 0 0\n"
    assert system.read("etc/systemd/system/own.service.d/key.conf") == (
        '[Service]\nEnvironment="API_KEY=" A=1\n'
    )
    for name in ("usr/local/sbin/first-boot-workshop", "etc/os-release", "vmlinuz", "usr/bin/größe"):
        assert system.find(name), name


def test_what_is_no_secret_stays(root: Path, tmp_path: Path) -> None:
    raw = make_system_disk(root, tmp_path / "raw")
    generalise(raw, epoch=EPOCH)
    system = system_of(raw)
    for name, text in USED.items():
        if "SECRET" not in text:
            assert system.read(name) == text
    assert system.read("etc/machine-id") == ""
    assert system.find("etc/machine-id")
    assert system.read("etc/shadow") == "root:*:1::::::\nworkshop:*:1::::::\n"
    for folder in ("opt/workshop/run", "var/log/apt", "var/log/journal"):
        assert system.find(folder)


def test_keys_that_let_somebody_in_are_named(root: Path, tmp_path: Path) -> None:
    places = ("home/workshop/.ssh/authorized_keys", "etc/ssh/authorized_keys.d/workshop")
    for place in places:
        (root / place).parent.mkdir(parents=True)
        (root / place).write_text("ssh-ed25519 AAAA")
    said: list[str] = []
    generalise(make_system_disk(root, tmp_path / "raw"), epoch=EPOCH, say=said.append)
    assert len(said) == 2
    for place, line in zip(places, said, strict=True):
        assert f"/{place} would let their owners log in to each copy" in line


def test_a_machine_of_vagrant_is_refused(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    (root / "home/vagrant").mkdir(parents=True)
    raw = make_system_disk(root, tmp_path / "raw")
    before = raw.read_bytes()
    with pytest.raises(
        WorkshopError, match=r"not an appliance: it has no /etc/workshop-appliance\.json; export"
    ):
        generalise(raw, epoch=EPOCH)
    assert raw.read_bytes() == before


def test_one_whose_first_start_is_switched_off_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "etc/systemd/system/multi-user.target.wants/first-boot-workshop.service").unlink()
    with pytest.raises(WorkshopError, match=r"it has no /etc/systemd/.*first-boot-workshop\.service"):
        generalise(make_system_disk(root, tmp_path / "raw"), epoch=EPOCH)


def test_a_disk_of_another_system_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(bytes(8 << 20))
    with pytest.raises(
        WorkshopError, match=r"not that of an appliance: there is no ext4 file system .*; export"
    ):
        generalise(tmp_path / "raw", epoch=EPOCH)


def test_a_machine_that_lost_its_power_is_refused(root: Path, tmp_path: Path) -> None:
    raw = make_system_disk(root, tmp_path / "raw")
    command = ["debugfs", "-w", "-R", "set_super_value state 0", f"{raw}?offset={OFFSET}"]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(WorkshopError, match="was not shut down; start it"):
        generalise(raw, epoch=EPOCH)


def test_a_disk_without_room_for_the_rewritten_is_not_handed_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(self: Ext4, remove: object, write: dict[str, str]) -> None:
        change(self, {**remove, **self.find("etc/shadow")}, {})  # type: ignore[dict-item]
        change(self, {}, {path: text for path, text in write.items() if path != "etc/shadow"})

    change = generalising.Ext4.change
    monkeypatch.setattr(generalising.Ext4, "change", lose)
    with pytest.raises(WorkshopError, match="could not remove etc/shadow"):
        generalise(make_system_disk(root, tmp_path / "raw"), epoch=EPOCH)
