"""What the patches of Theano mend: what compiles, what is found again, and who compiles first."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

theano = pytest.importorskip("theano", reason="needs Theano's environment")

MARCH = {"aarch64": "armv8-a"}.get(platform.machine(), "x86-64-v2")
TEMPLATE = Path(__file__).resolve().parents[4] / "roles/deep-libs/templates/theanorc.j2"
# Dot22, SoftmaxWithBias and the like have no properties; DimShuffle and pooling are written in C files.
NETWORK = """
import lasagne, numpy as np, theano, theano.tensor as T
pictures = T.tensor4()
layer = lasagne.layers.InputLayer((None, 1, 4, 4), pictures)
layer = lasagne.layers.MaxPool2DLayer(lasagne.layers.Conv2DLayer(layer, 2, 3, pad="same"), 2)
layer = lasagne.layers.DenseLayer(layer, 3, nonlinearity=lasagne.nonlinearities.softmax)
output = lasagne.layers.get_output(layer)
weights = lasagne.layers.get_all_params(layer)
sums, _ = theano.scan(lambda before, more: before + more, pictures.flatten(), outputs_info=np.float32(0))
run = theano.function([pictures], [output, sums, *T.grad(output[0, 0], weights)])
found = run(np.ones((2, 1, 4, 4), "float32"))
assert found[0].shape == (2, 3) and np.allclose(found[0].sum(axis=1), 1)
assert np.array_equal(found[1], np.arange(1, 33))
"""


def compiled(folder: Path) -> set[str]:
    """Return the modules of a compile directory, those that are parts of Theano, too."""
    return {f"{path.relative_to(folder)} {path.stat().st_mtime_ns}" for path in folder.rglob("*.so")}


def run(folder: Path, settings: str = "", **more: str) -> None:
    """Build the network in a process of its own that compiles into a folder, as an appliance does."""
    place = f"base_compiledir={folder},compiledir_format=compiledir_%(python_version)s"
    flags = f"{place},gcc.cxxflags=-w -g0 -march={MARCH}{settings}"
    environment = {**os.environ, "THEANO_FLAGS": flags, **more}
    done = subprocess.run(
        [sys.executable, "-P", "-c", NETWORK],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compile directory that one process has filled: pooling is there for Lasagne, and a scan compiles."""
    folder = tmp_path_factory.mktemp("built")
    run(folder)
    return folder


def test_another_process_finds_what_one_has_compiled(built: Path) -> None:
    before = compiled(built)
    assert len(before) > 10
    run(built)
    assert compiled(built) == before


def test_another_machine_finds_what_was_compiled_on_the_first(built: Path, tmp_path: Path) -> None:
    """Its folders, its home and its environment lie elsewhere."""
    copied = tmp_path / "another prefix" / "theano"
    shutil.copytree(built, copied)
    packages = tmp_path / "another environment"
    shutil.copytree(Path(theano.__file__).parent, packages / "theano")
    before = compiled(copied)
    run(copied, HOME=str(tmp_path), PYTHONPATH=str(packages), TMPDIR=str(tmp_path))
    assert compiled(copied) == before


def test_what_was_compiled_long_ago_is_found_too(built: Path, tmp_path: Path) -> None:
    """Theano itself forgets what nobody has used for 24 days: an appliance is older on the day."""
    copied = tmp_path / "theano"
    shutil.copytree(built, copied)
    for path in copied.rglob("*"):
        os.utime(path, (0, 0))
    settings = re.search(r"^age_thresh_use = (\d+)$", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    assert settings
    before = compiled(copied)
    run(copied, f",cmodule.age_thresh_use={settings[1]}")
    assert compiled(copied) == before


GREEDY = """
import sys, time
from theano.gof.compilelock import get_lock, release_lock
while True:
    get_lock(lock_dir=sys.argv[1])
    with open(sys.argv[2], "a") as file:
        file.write(".")
    time.sleep(0.3)
    release_lock()
"""
WAITS = """
import sys
from pathlib import Path
from theano.gof.compilelock import get_lock, release_lock
taken = Path(sys.argv[2])
def often():
    return taken.stat().st_size
before = often()
for _ in range(3):  # cell after cell
    get_lock(lock_dir=sys.argv[1])
    release_lock()
print(often() - before)
"""


def test_a_kernel_compiles_before_the_warm_up_in_the_background(tmp_path: Path) -> None:
    words = [str(tmp_path / "lock_dir"), str(tmp_path / "taken")]
    environment = {**os.environ, "THEANO_FLAGS": f"base_compiledir={tmp_path},compile.wait=1"}
    with subprocess.Popen(
        ["nice", "-n", "10", sys.executable, "-P", "-c", GREEDY, *words], env=environment
    ) as greedy:
        try:
            while not (tmp_path / "taken").exists():
                assert greedy.poll() is None
            kernel = subprocess.run(
                [sys.executable, "-P", "-c", WAITS, *words],
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=True,
            )
            begun = (tmp_path / "taken").stat().st_size
            while (tmp_path / "taken").stat().st_size == begun:
                assert greedy.poll() is None, "it goes on afterwards"
        finally:
            greedy.kill()
    # A module that it was at is finished; another one may have been begun just before the lock was wanted.
    assert int(kernel.stdout) <= 2


def test_a_process_that_was_killed_keeps_nobody_waiting(tmp_path: Path) -> None:
    words = [str(tmp_path / "lock_dir"), str(tmp_path / "taken")]
    environment = {**os.environ, "THEANO_FLAGS": f"base_compiledir={tmp_path},compile.wait=1"}
    hold = GREEDY.replace("0.3", "600")
    with subprocess.Popen(
        ["nice", "-n", "10", sys.executable, "-P", "-c", hold, *words], env=environment
    ) as holder:
        while not (tmp_path / "taken").exists():
            assert holder.poll() is None
        holder.kill()
    subprocess.run(
        [sys.executable, "-P", "-c", WAITS, *words],
        env=environment,
        capture_output=True,
        timeout=60,
        check=True,
    )
