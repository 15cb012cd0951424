"""What an image leaves out of a root because nothing in a container uses it, and what it holds only once.

A virtual machine keeps all of it: its owner may build, debug and update there. An image is updated by the
next one, and whoever needs a file of these in an image of their own installs its package again.
"""

from __future__ import annotations

import re
import stat
from fnmatch import translate
from pathlib import Path

from workshop.system.files import hash_file

SITE = "opt/workshop/venvs/*/lib/python*/site-packages"
TESTED = (
    "h5py", "joblib", "matplotlib", "numba", "numpy", "onnx", "scipy", "sklearn", "supervisor", "tornado",
)  # fmt: skip
"""Packages whose tests nobody imports. Others' are a part of them: Theano's, and TensorFlow's ``tf.test``."""
ENVIRONMENTS = ("control",)
"""Environments that are not in an image: Ansible, by which a machine updates itself."""
LEFT_OUT = (
    *(f"opt/workshop/venvs/{name}" for name in ENVIRONMENTS),
    # What makes environments, and our own wheels, which are installed.
    "opt/workshop/uv", "opt/workshop/wheels",
    *(f"{SITE}/{package}/{middle}{name}" for package in TESTED for middle in ("", "*/")
      for name in ("test", "tests")),
    # For operations of TensorFlow in C++; Theano's own headers are beside its code.
    f"{SITE}/tensorflow/include", f"{SITE}/tensorflow/xla_aot_runtime_src",
    # For whoever debugs a page, not for who reads it.
    "opt/workshop/venvs/*.js.map", "opt/workshop/venvs/*.css.map",
    # Libraries to be linked into a program; Theano links with the shared ones.
    *(f"usr/lib/*/{name}.a" for name in (
        "libopenblas*", "libblas", "liblapack", "libc", "libm-*", "libmvec", "libstdc++*", "libsupc++",
    )),
    "usr/lib/python3*/config-*/libpython3*.a",
    # For programs that watch themselves (-fsanitize), and for optimising at the link (-flto).
    *(f"usr/lib/*/lib{name}san{end}" for name in ("a", "hwa", "l", "t", "ub") for end in (".a", ".so*")),
    "usr/libexec/gcc/*/lto1", "usr/bin/*lto-dump*",
    # Names of devices, which a container has none of.
    "usr/lib/udev/hwdb.bin", "usr/lib/udev/hwdb.d",
)  # fmt: skip
"""Files, and folders with all that is in them, as patterns below the root."""
_LEFT_OUT = re.compile("|".join(translate(pattern).removesuffix(r"\Z") + r"(?:/|\Z)" for pattern in LEFT_OUT))
LEAST = 4096
"""A smaller file is hardly larger than a second name of another one."""
PLACES = ("opt/workshop/venvs/", "usr/")
"""Where nobody writes: what has two names there can be one file."""


def keeps(path: str) -> bool:
    """Whether an image has a path of the root."""
    return _LEFT_OUT.match(path) is None


class Twins:
    """Knows files that are the same, as the environments have many: one of them is enough.

    Of Python's sources each keeps its own date, which what is compiled of it remembers.
    """

    def __init__(self) -> None:
        """Know none yet."""
        self._first: dict[tuple[str, int, int, int], str] = {}

    def of(self, path: str, file: Path) -> str:
        """Return the path of the first file that is the same; its own where there is none before it."""
        if not path.startswith(PLACES) or path.endswith(".py"):
            return path
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size < LEAST:
            return path
        key = (hash_file(file), status.st_mode, status.st_uid, status.st_gid)
        return self._first.setdefault(key, path)
