"""What belongs to the builder or to one machine goes; what the workshop needs stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.appliance import clean
from workshop.errors import WorkshopError

GOES = (
    "etc/ssh/ssh_host_ed25519_key",
    "etc/ssh/ssh_host_rsa_key.pub",
    "var/lib/systemd/random-seed",
    "var/lib/workshop-appliance/password",
    "opt/workshop/etc/token",
    "opt/workshop/cache/uv/wheel",
    "opt/workshop/log/jupyter.log",
    "etc/apt/apt.conf.d/99mmdebstrap",
    "srv/ca-bundle.pem",
    "root/.bash_history",
    "root/.ansible/tmp/x",
    "root/.ssh/authorized_keys",
    "home/workshop/.cache/pip/x",
    "home/workshop/.bash_history",
    "var/log/apt/history.log",
    "var/log/journal/0123/system.journal",
    "var/lib/apt/lists/mirror_Packages",
    "var/cache/apt/archives/x.deb",
    "tmp/left",
    "var/tmp/left",
    "etc/shadow-",
)
STAYS = (
    "etc/ssh/sshd_config",
    "root/.bashrc",
    "home/workshop/.bashrc",
    "home/workshop/notebooks/lesson.ipynb",
    "opt/workshop/state/manifest.json",
    "opt/workshop/theano/compiledir_x/mod.so",
)


def write(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root as the roles leave it."""
    for name in (*GOES, *STAYS):
        write(tmp_path / name)
    write(tmp_path / "etc/machine-id", "0123456789abcdef\n")
    write(tmp_path / "etc/hostname", "builder\n")
    write(
        tmp_path / "etc/shadow",
        "root:*:1:0:::::\nworkshop:$y$abc:1:0:::::\nopen::1:0:::::\nsshd:!*:1::::::\n",
    )
    write(tmp_path / "etc/hosts", "10.88.0.2 builder\n")
    write(tmp_path / "etc/resolv.conf", "nameserver 10.0.0.1\n")
    write(
        tmp_path / "opt/workshop/etc/workshop.toml",
        'prefix = "/opt/workshop"\nca_bundle = "/srv/x.pem"\noffline = false\n',
    )
    return tmp_path


def test_what_is_the_builders_or_one_machines_goes(root: Path) -> None:
    clean.clean(root, "house")
    assert [name for name in GOES if (root / name).exists()] == []


def test_what_the_workshop_needs_stays(root: Path) -> None:
    clean.clean(root, "house")
    assert [name for name in STAYS if not (root / name).is_file()] == []
    for folder in (
        "tmp",
        "var/log/apt",
        "var/cache/apt/archives",
        "var/lib/apt/lists",
        "opt/workshop/log",
        "opt/workshop/cache",
    ):
        assert (root / folder).is_dir(), folder


def test_each_copy_finds_out_itself_who_it_is(root: Path) -> None:
    clean.clean(root, "house")
    assert (root / "etc/machine-id").read_text() == ""
    assert (root / "etc/hostname").read_text() == "house\n"
    assert "builder" not in (root / "etc/hosts").read_text()
    assert "127.0.1.1 house" in (root / "etc/hosts").read_text()
    assert (root / "etc/resolv.conf").is_symlink()


def test_the_settings_forget_the_builders_certificates_and_nothing_else(root: Path) -> None:
    clean.clean(root, "house")
    text = (root / "opt/workshop/etc/workshop.toml").read_text()
    assert text == 'prefix = "/opt/workshop"\nca_bundle = ""\noffline = false\n'


def test_no_account_keeps_a_password(root: Path) -> None:
    clean.clean(root, "house")
    shadow = (root / "etc/shadow").read_text()
    assert shadow == "root:*:1:0:::::\nworkshop:*:1:0:::::\nopen:*:1:0:::::\nsshd:!*:1::::::\n"


def test_it_may_run_again(root: Path) -> None:
    clean.clean(root, "house")
    before = sorted(str(path) for path in root.rglob("*"))
    clean.clean(root, "house")
    assert sorted(str(path) for path in root.rglob("*")) == before


def test_a_link_out_of_the_root_is_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside / "precious")
    (root / "var/log/link").symlink_to(outside)
    clean.remove(root / "tmp")
    (root / "tmp").symlink_to(outside)
    clean.clean(root, "house")
    assert (outside / "precious").exists()


def test_a_secret_that_is_left_is_refused_by_its_file(root: Path) -> None:
    secret = "http://user:word@proxy.example:3128"
    write(root / "etc/environment", f"http_proxy={secret}\n")
    with pytest.raises(WorkshopError, match="etc/environment"):
        clean.refuse_leaks(root, [secret, ""])
    clean.refuse_leaks(root, ["something else", ""])
