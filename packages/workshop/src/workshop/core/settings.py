"""What set-up decided about this machine, for the command and the lessons to read.

Ansible writes the settings as TOML to ``<prefix>/etc/workshop.toml``. They are found, in this
order, by the environment variable ``WORKSHOP_CONFIG``, beside the virtual environment that runs
(``<prefix>/venvs/NAME``), or not at all: then every value is its default.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from workshop.core.errors import WorkshopError

CHECKOUT = Path(__file__).resolve().parents[5]
"""The checkout that this code lies in; of an installed package, some folder of its environment."""


def _user_folder(variable: str, fallback: str) -> Path:
    """Return the workshop's folder below an XDG base directory."""
    return Path(os.environ.get(variable) or Path.home() / fallback) / "deep-learning-workshop"


@dataclass(frozen=True)
class Settings:
    """The settings of one machine; paths are absolute."""

    prefix: Path | None = None
    """Where set-up put everything, or None on a machine that was not set up."""
    source: Path | None = None
    """The checkout that the machine was set up from."""
    notebooks: Path = dataclasses.field(default_factory=lambda: Path.home() / "workshop-notebooks")
    data: Path = dataclasses.field(default_factory=lambda: _user_folder("XDG_DATA_HOME", ".local/share"))
    cache: Path = dataclasses.field(default_factory=lambda: _user_folder("XDG_CACHE_HOME", ".cache"))
    stick: Path | None = None
    offline: bool = False
    ca_bundle: Path | None = None
    bind_address: str = "127.0.0.1"
    jupyter_port: int = 8080
    tensorboard_port: int = 8081
    web_port: int = 8082
    service_manager: str = ""
    """systemd, systemd-user, supervisor or container; empty when no services were set up."""
    plan: str = ""
    """The plan of the schedule that is held here; empty for the schedule's first."""
    left_out: str = ""
    """The environments that this machine was made without, with blanks between them."""
    lessons: bool = True
    """Whether this machine has the workshop's own lessons; else courses of others alone."""
    lacking: str = ""
    """Those of them that set-up wanted and could not get; the others were left out on purpose."""


def settings_file() -> Path | None:
    """Return the settings file of this machine, or None when there is none."""
    if named := os.environ.get("WORKSHOP_CONFIG"):
        return Path(named)
    beside = Path(sys.prefix).parent.parent / "etc" / "workshop.toml"
    return beside if beside.is_file() else None


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings from ``path``, or from the machine's own file.

    Raises WorkshopError when the file cannot be read, is not TOML or has an unknown setting.
    """
    path = path or settings_file()
    return Settings() if path is None else read_toml(path, Settings)


def find_checkout(holding: str) -> Path:
    """Return the checkout that holds a file: the one of this code, else the one this machine was made from.

    Raises WorkshopError when neither holds it.
    """
    for folder in (CHECKOUT, load_settings().source):
        if folder is not None and (folder / holding).is_file():
            return folder
    raise WorkshopError(f"no checkout with {holding} found; run tools/workshop in a checkout")


T = TypeVar("T")


def read_toml(path: Path, kind: type[T]) -> T:
    """Read a dataclass of settings from a file that set-up wrote; empty text means: the default.

    Raises WorkshopError when the file cannot be read, is not TOML or has an unknown setting.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkshopError(f"cannot read the settings {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkshopError(f"{path} is not TOML ({error}); run set-up again") from error
    kinds = get_type_hints(kind)
    unknown = sorted(set(values) - set(kinds))
    if unknown:
        raise WorkshopError(f"{path} has unknown settings: {', '.join(unknown)}; run set-up again")
    return kind(
        **{name: _convert(name, value, kinds[name], path) for name, value in values.items() if value != ""}
    )


def _convert(name: str, value: Any, kind: Any, path: Path) -> Any:
    """Return a value as the type of its setting; WorkshopError that names the setting otherwise."""
    if kind in (Path, Path | None):
        if isinstance(value, str) and Path(value).is_absolute():
            return Path(value)
        raise WorkshopError(f"{path}: {name} must be an absolute path, not {value!r}; run set-up again")
    if type(value) is not kind:
        raise WorkshopError(f"{path}: {name} must be {kind.__name__}, not {value!r}; run set-up again")
    return value
