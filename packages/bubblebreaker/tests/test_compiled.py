"""Random numbers inside compiled code are even, and what is compiled is kept for the next process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from bubblebreaker.compiled import below, compiled, mixed


def rng(seed: int) -> np.ndarray:
    return np.array([mixed(np.uint64(seed))], np.uint64)


def test_neighbouring_seeds_have_nothing_in_common_and_none_is_stuck() -> None:
    firsts = {int(below(rng(seed), 2**31)) for seed in range(1000)}
    assert len(firsts) > 990
    assert all(mixed(np.uint64(seed)) != 0 for seed in range(1000))


def test_the_next_process_finds_what_was_compiled(tmp_path: Path) -> None:
    code = (
        "from bubblebreaker.compiled import mixed; import numpy as np; mixed(np.uint64(1)); "
        "print(sum(mixed.stats.cache_hits.values()))"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    hits = [
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert [int(some) for some in hits] == [0, 1]
    assert list(tmp_path.rglob("*.nbi"))


def test_a_number_that_stands_in_a_call_is_no_reason_to_compile_again() -> None:
    @compiled
    def doubled(number: int) -> int:
        return 2 * number

    @compiled
    def both(number: int) -> int:
        return doubled(number) + doubled(0) + doubled(number=7)

    assert both(4) == 22
    assert len(doubled.signatures) == 1  # type: ignore[attr-defined]
