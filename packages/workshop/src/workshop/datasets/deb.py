"""Source kind ``deb``: Debian's packages, downloaded (not installed) by apt where there is one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from workshop.core.programs import last_line
from workshop.datasets.archive import checked
from workshop.datasets.catalogue import Source
from workshop.datasets.clients import environment, run_client
from workshop.datasets.network import Run, SilentError, UnavailableError, UnreachableError, Visit


def obtain(source: Source, run: Run) -> Path:
    """Download the package with apt-get, which checks it against the signed lists."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise UnavailableError("only on Debian: this machine has no apt")
    folder = run.folder()
    command = ["apt-get", "download", "--quiet", source.package]
    options = ["Acquire::Retries=0", *(["APT::Sandbox::User=root"] if os.geteuid() == 0 else [])]
    if run.ca_bundle:
        options.append(f"Acquire::https::CaInfo={run.ca_bundle}")
    for option in options:
        command += ["-o", option]

    def ask(visit: Visit) -> None:
        def follow(line: str) -> None:
            if line.startswith("Get:"):
                visit.answered()

        timeouts = [f"-oAcquire::{kind}::Timeout={visit.patience:.0f}" for kind in ("http", "https")]
        with run.progress.download(source.label, source.bytes):
            status, printed = run_client(
                [*command, *timeouts],
                folder=folder,
                environment=environment(run.ca_bundle, folder),
                silence=120,  # apt prints nothing while a large package comes
                stop=run.stop,
                on_line=follow,
            )
        if status:
            raise _apt_failure(printed, source)

    run.reach.ask("deb", ask)
    return checked(list(folder.glob("*.deb")), source)


def _apt_failure(printed: str, source: Source) -> Exception:
    if "Unable to locate package" in printed or "No candidate version" in printed:
        return UnavailableError(f"apt knows no package {source.package} (run apt-get update?)")
    if "Temporary failure resolving" in printed or "Could not connect" in printed:
        return UnreachableError("Debian's mirror does not answer")
    if "timed out" in printed:
        return SilentError("Debian's mirror does not answer")
    return UnavailableError(f"apt failed: {last_line(printed, 'E:') or last_line(printed)}")
