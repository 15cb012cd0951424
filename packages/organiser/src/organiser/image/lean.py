"""What an image leaves out of a root because nothing in a container uses it.

A virtual machine keeps all of it: its owner may build, debug and update there. An image is updated by the
next one, and whoever needs a file of these in an image of their own installs its package again.
"""

from __future__ import annotations

import re
from fnmatch import translate

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


def keeps(path: str) -> bool:
    """Whether an image has a path of the root."""
    return _LEFT_OUT.match(path) is None
