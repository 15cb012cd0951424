"""How much energy a computation took: measured where the machine tells, else estimated.

Processors of Intel and AMD count the energy of the whole chip, and Linux shows the counters below
``/sys/class/powercap`` (RAPL, *running average power limit*). Since 2020 only root may read them on most
machines, and a virtual machine has none (CVE-2020-8694: who reads them finely can guess secrets). Then
processor time is multiplied by ``WATTS``.
"""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

WATTS = 10.0
"""What a busy core is assumed to take: an assumption, which may be wrong by a factor of two."""
POWERCAP = Path("/sys/class/powercap")
CUP = 0.25 * 4186 * 80
"""Joules that bring a cup of water, a quarter of a litre, from 20 to 100 °C, without losses."""


def counters(folder: Path = POWERCAP) -> dict[Path, int]:
    """Return the counters of whole chips that may be read, in microjoules."""
    found = {}
    for zone in sorted(folder.glob("intel-rapl:*")):
        if zone.name.count(":") == 1:  # the parts of a chip have two colons, and are counted in it
            try:
                if (zone / "name").read_text().startswith("package"):
                    found[zone] = int((zone / "energy_uj").read_text())
            except (OSError, ValueError):
                continue
    return found


class Meter:
    """Adds up what is computed inside of ``with meter:``."""

    def __init__(self, folder: Path = POWERCAP) -> None:
        """Find out whether this machine tells."""
        self.folder, self.measured = folder, bool(counters(folder))
        self.joules = self.seconds = 0.0

    @property
    def how(self) -> str:
        """Say where the number comes from."""
        if self.measured:
            return "measured by the processor's own counters (RAPL), other programs included"
        return f"estimated: processor time times {WATTS:g} watts for a busy core"

    def __enter__(self) -> Meter:
        """Start."""
        self._counted, self._started = counters(self.folder), time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Add what was spent since the start."""
        spent = time.process_time() - self._started
        self.seconds += spent
        if not self.measured:
            self.joules += spent * WATTS
            return
        now = counters(self.folder)
        for zone in self._counted.keys() & now.keys():
            used = now[zone] - self._counted[zone]
            if used < 0:  # the counter has begun again at zero
                used += int((zone / "max_energy_range_uj").read_text())
            self.joules += used / 1e6
