"""The module that keeps services: what it asks of their manager, in one go for all of them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from ansible_module import load_module

Found = load_module("module_utils/service_probe.py").Found
kept_services = load_module("roles/managed-service/library/kept_services.py")

NAMES = ("workshop-jupyter", "workshop-web")
CTL = """#!/bin/sh
printf '%s\\n' "$*" >>"$0.calls"
case "$*" in
  *show*) cat "$0.states" ;;
  *"show-user"*) echo yes ;;
esac
"""
GOOD = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "NeedDaemonReload": "no"}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a systemctl that says what its states file says, and notes what it is asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("systemctl", "loginctl"):
        (folder / name).write_text(CTL)
        (folder / name).chmod(0o755)
    (folder / "loginctl.states").write_text("yes\n")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def states(tools: Path, **second: str) -> None:
    """Say that the first unit is as it should be, and the second but for these properties."""
    blocks = [{"Id": NAMES[0], **GOOD}, {"Id": NAMES[1], **GOOD, **second}]
    (tools / "systemctl.states").write_text(
        "\n\n".join("\n".join(f"{name}={value}" for name, value in block.items()) for block in blocks) + "\n"
    )


def calls(tools: Path) -> list[str]:
    """Return what was asked since the last time, without what only looks."""
    log = tools / "systemctl.calls"
    said = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [line.replace("--quiet ", "") for line in said if "show" not in line]


def params(tmp_path: Path, manager: str, **more: Any) -> dict[str, Any]:
    """Return the module's arguments for two services on free ports, each with a file."""

    def described(name: str) -> dict[str, Any]:
        file = {"path": str(tmp_path / "units" / name), "content": name, "mode": "0644", "owner": None}
        return {
            "name": name,
            "port": 1,  # nobody listens there
            "program": "/bin/true",
            "restart": False,
            "folders": [{"path": str(tmp_path / "units"), "mode": "0755", "owner": None}],
            "files": [file],
        }

    return {
        "services": [described(name) for name in NAMES],
        "folders": [],
        "files": [],
        "manager": manager,
        "prefix": str(tmp_path),
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        "runtime": "",
        "relabel": False,
        **more,
    }


def test_what_is_as_it_should_be_is_left_alone(tools: Path, tmp_path: Path) -> None:
    states(tools)
    kept_services.keep(params(tmp_path, "systemd"), False)
    calls(tools)
    again = kept_services.keep(params(tmp_path, "systemd"), False)
    assert (again["changed"], again["done"], calls(tools)) == (False, [], [])


def test_new_units_are_read_and_both_are_started_once(tools: Path, tmp_path: Path) -> None:
    states(tools, ActiveState="inactive", UnitFileState="disabled")
    done = kept_services.keep(params(tmp_path, "systemd"), False)
    assert done["changed"]
    assert done["started"] == list(NAMES)
    assert calls(tools) == [
        "daemon-reload",
        "enable workshop-web.service",
        "restart workshop-jupyter.service workshop-web.service",
    ]


@pytest.mark.parametrize(
    ("drift", "asked"),
    [
        ({"UnitFileState": "disabled"}, ["enable workshop-web.service"]),
        ({"ActiveState": "failed"}, ["start workshop-web.service"]),
        ({"UnitFileState": "masked-runtime"}, ["unmask workshop-web.service", "enable workshop-web.service"]),
    ],
)
def test_what_drifted_under_systemd_is_mended_and_said(
    tools: Path, tmp_path: Path, drift: dict[str, str], asked: list[str]
) -> None:
    states(tools)
    kept_services.keep(params(tmp_path, "systemd"), False)
    calls(tools)
    states(tools, **drift)
    foreseen = kept_services.keep(params(tmp_path, "systemd"), True)
    assert foreseen["changed"] and not calls(tools)
    done = kept_services.keep(params(tmp_path, "systemd"), False)
    assert done["changed"] and done["done"][0].startswith("workshop-web: ")
    assert calls(tools) == asked


def test_a_unit_that_systemd_has_not_read_yet_is_read_and_no_change(tools: Path, tmp_path: Path) -> None:
    states(tools)
    kept_services.keep(params(tmp_path, "systemd"), False)
    calls(tools)
    states(tools, NeedDaemonReload="yes")
    done = kept_services.keep(params(tmp_path, "systemd"), False)
    assert (done["changed"], calls(tools)) == (False, ["daemon-reload"])


def test_a_users_own_systemd_is_asked_where_it_listens(tools: Path, tmp_path: Path) -> None:
    states(tools)
    (tools / "systemctl").write_text(CTL.replace('"$*"', '"$XDG_RUNTIME_DIR $*"', 1))
    kept_services.keep(params(tmp_path, "systemd-user", runtime="/run/user/7"), False)
    assert calls(tools)[0] == "/run/user/7 --user daemon-reload"


def test_without_sudo_services_end_with_the_session_and_set_up_goes_on(tools: Path, tmp_path: Path) -> None:
    """The doctor says so."""
    (tools / "loginctl").write_text("#!/bin/sh\nexit 1\n")
    states(tools)
    kept_services.keep(params(tmp_path, "systemd-user"), False)
    os.environ["PATH"] = str(tools)  # the fixture gives it back
    (tools / "systemctl").write_text(CTL.replace("#!/bin/sh", "#!/bin/sh\nPATH=/usr/bin:/bin"))
    done = kept_services.keep(params(tmp_path, "systemd-user"), False)
    assert (done["changed"], done["done"]) == (False, [])


SERVICES = """#!/bin/sh
echo "$*" >>"$0.calls"
verb=$1
shift
for name; do echo "$name: $(cat "$0.$name" 2>/dev/null || echo unchanged)"; done
"""


def supervised(tmp_path: Path) -> Path:
    """Write a command ``bin/services`` that notes what it is asked, and says what a service's file says."""
    command = tmp_path / "bin/services"
    command.parent.mkdir(exist_ok=True)
    command.write_text(SERVICES)
    command.chmod(0o755)
    return command


def test_supervisor_is_asked_once_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = supervised(tmp_path)
    first = kept_services.keep(params(tmp_path, "supervisor"), False)
    assert first["changed"]  # the files
    again = kept_services.keep(params(tmp_path, "supervisor"), False)
    assert (again["changed"], again["started"]) == (False, list(NAMES))  # their ports do not answer yet
    wanted = params(tmp_path, "supervisor")
    wanted["services"][1]["restart"] = True
    # Where the port answers, there is nothing to start.
    monkeypatch.setattr(
        kept_services, "probe", lambda service, *_: Found(service.name == NAMES[0], stale=False)
    )
    (tmp_path / "bin/services.workshop-web").write_text("stopped, started\n")
    done = kept_services.keep(wanted, False)
    assert done["done"] == ["workshop-web: stopped, started"]
    assert Path(f"{command}.calls").read_text().splitlines() == [
        f"ensure-restarted {' '.join(NAMES)}",
        f"ensure {' '.join(NAMES)}",
        "ensure-restarted workshop-web",
        "update workshop-jupyter",
    ]


def test_check_mode_foresees_a_start_and_starts_nothing(tmp_path: Path) -> None:
    command = supervised(tmp_path)
    kept_services.keep(params(tmp_path, "supervisor"), False)
    Path(f"{command}.calls").unlink()
    foreseen = kept_services.keep(params(tmp_path, "supervisor"), True)
    assert foreseen["changed"]
    assert not Path(f"{command}.calls").exists()


def test_a_manager_that_cannot_is_quoted_in_one_line(tmp_path: Path) -> None:
    command = supervised(tmp_path)
    command.write_text(
        "#!/bin/sh\necho first >&2\necho 'services: workshop-web does not start' >&2\nexit 1\n"
    )
    with pytest.raises(kept_services.UnableError, match=r"^services: workshop-web does not start$"):
        kept_services.keep(params(tmp_path, "supervisor"), False)
