"""Whether the BLAS that Theano is told to use really links and multiplies."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from workshop.core.settings import Settings
from workshop.machine.lines import Line, green, red, yellow

# The product of two matrices of 2 by 2 by BLAS, as Theano's own C code calls it; prints its last element.
PROGRAM = """
#include <cstdio>
extern "C" void sgemm_(const char *, const char *, const int *, const int *, const int *, const float *,
                       const float *, const int *, const float *, const int *, const float *, float *,
                       const int *);
int main() {
  const int n = 2;
  const float one = 1, zero = 0, a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
  float c[4];
  sgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
  std::printf("%g\\n", c[3]);
}
"""
EXPECTED = "46"
SECONDS = 15.0
INSTALL = "install g++ and libopenblas-dev (Debian) or gcc-c++ and openblas-devel (Fedora)"
DEFAULT_FLAGS = "-lopenblas"


def blas(settings: Settings) -> Line:
    """Compile, link and run a tiny product with the flags in the machine's ``theanorc``."""
    flags = DEFAULT_FLAGS
    if settings.prefix:
        try:
            flags = read_flags(settings.prefix / "etc/theanorc")
        except (OSError, configparser.Error) as error:
            return red("BLAS", f"no setting: {error}".replace("\n", " "), "run set-up again")
    return link(flags)


def read_flags(theanorc: Path) -> str:
    """Return ``[blas] ldflags`` of a Theano configuration.

    Raises OSError or configparser.Error when there is none.
    """
    parser = configparser.RawConfigParser()
    with theanorc.open(encoding="utf-8") as file:
        parser.read_file(file)
    return parser.get("blas", "ldflags")


def link(flags: str, compiler: str = "g++", seconds: float = SECONDS) -> Line:
    """Say whether a program with these linker flags compiles and computes rightly."""
    if shutil.which(compiler) is None:
        return red("BLAS", f"no compiler {compiler}", INSTALL)
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder) / "product.cpp", Path(folder) / "product"
        source.write_text(PROGRAM, encoding="utf-8")
        try:
            compiled = subprocess.run(
                [compiler, str(source), "-o", str(program), *shlex.split(flags)],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
            if compiled.returncode:
                return red("BLAS", f"{flags} does not link: {_last_line(compiled.stderr)}", INSTALL)
            ran = subprocess.run([str(program)], capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return yellow(
                "BLAS", f"the compiler took over {seconds:g} s", "try again when the machine is idle"
            )
    if ran.stdout.strip() != EXPECTED:
        return red("BLAS", f"{flags} computes wrongly: {ran.stdout.strip() or 'nothing'}", INSTALL)
    return green("BLAS", f"{flags} links and multiplies")


def _last_line(text: str) -> str:
    """Return the line of a compiler's complaint that names the cause."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line for line in lines if "cannot find" in line or "error:" in line or "undefined" in line]
    return (named or lines or ["no reason given"])[0]
