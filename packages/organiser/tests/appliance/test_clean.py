"""What belongs to the builder or to one machine goes; what the workshop needs stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from organiser.appliance import clean
from workshop.core.errors import WorkshopError

from .building import PLANTED

GOES = (
    "etc/ssh/ssh_host_ed25519_key",
    "etc/ssh/ssh_host_rsa_key.pub",
    "var/lib/systemd/random-seed",
    "var/lib/workshop-appliance/password",
    "opt/workshop/etc/token",
    "opt/workshop/cache/uv/wheel",
    "opt/workshop/state/origin",
    "opt/workshop/state/backups/0001-x/record.json",
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


@pytest.mark.parametrize("name", PLANTED)
def test_no_secret_is_handed_out(root: Path, name: str) -> None:
    write(root / name, "SECRET")
    clean.clean(root, "house")
    holding = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not [path for path in holding if b"SECRET" in path.read_bytes()]
    assert [name for name in STAYS if not (root / name).is_file()] == []


def test_what_of_a_home_stays_is_what_the_workshop_is_about(root: Path) -> None:
    for name in (".profile", ".ssh/authorized_keys", "notebooks/9-mine/deep/own.ipynb", "notebooks/data.csv"):
        write(root / "home/workshop" / name)
    write(root / "home/workshop/Documents/letter.txt")
    clean.clean(root, "house")
    left = {
        path.relative_to(root / "home").as_posix() for path in (root / "home").rglob("*") if path.is_file()
    }
    assert left == {
        "workshop/.bashrc",
        "workshop/.profile",
        "workshop/.ssh/authorized_keys",
        "workshop/notebooks/lesson.ipynb",
        "workshop/notebooks/9-mine/deep/own.ipynb",
        "workshop/notebooks/data.csv",
    }


def test_notebooks_are_where_the_settings_say(root: Path) -> None:
    write(root / "opt/workshop/etc/workshop.toml", 'notebooks = "/home/workshop/my/lessons"\n')
    write(root / "home/workshop/my/lessons/a.ipynb")
    write(root / "home/workshop/my/diary.txt")
    clean.clean(root, "house")
    assert (root / "home/workshop/my/lessons/a.ipynb").is_file()
    assert not (root / "home/workshop/my/diary.txt").exists()
    assert not (root / "home/workshop/notebooks").exists()


def test_the_settings_of_updates_forget_names_and_passwords(root: Path) -> None:
    url = "https://someone:ghp_SECRET@git.example/w.git"
    write(root / "opt/workshop/etc/updates.toml", f'url = "{url}"\nsubdir = "notebooks"\n')
    write(root / "opt/workshop/etc/pull-variables.json", json.dumps({"notebook_sync_url": url, "n": 1}))
    clean.clean(root, "house")
    text = (root / "opt/workshop/etc/updates.toml").read_text()
    assert text == 'url = "https://git.example/w.git"\nsubdir = "notebooks"\n'
    known = json.loads((root / "opt/workshop/etc/pull-variables.json").read_text())
    assert known == {"notebook_sync_url": "https://git.example/w.git", "n": 1}


def test_the_checkout_forgets_how_somebody_logged_in_to_git(root: Path) -> None:
    config = (
        '[remote "origin"]\n\turl = https://me:SECRET@git.example/w.git\n'
        "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
        '[http "https://git.example/"]\n\textraheader = AUTHORIZATION: basic SECRET\n'
    )
    write(root / "opt/workshop/source/.git/config", config)
    clean.clean(root, "house")
    left = (root / "opt/workshop/source/.git/config").read_text()
    assert "SECRET" not in left
    assert "url = https://git.example/w.git\n" in left and "fetch = +refs/heads/*" in left


def test_a_home_that_is_a_link_is_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside / ".netrc")
    (root / "home/linked").symlink_to(outside)
    (root / "home/workshop/notebooks/linked").symlink_to(outside)
    clean.clean(root, "house")
    assert (outside / ".netrc").exists()


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
