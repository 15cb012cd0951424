"""What nothing in a container uses is not in an image, and what has two names in a root is there once."""

from __future__ import annotations

import pytest

from organiser.appliance import forms, hardlinks
from organiser.appliance.verify.run import verify
from organiser.image import lean

from ..building import quiet
from .making import make_image_root, source, unpack

SITE = "opt/workshop/venvs/theano/lib/python3.11/site-packages"
TENSORFLOW = "opt/workshop/venvs/tensorflow/lib/python3.11/site-packages"
LEFT = (
    "opt/workshop/venvs/control/bin/ansible",
    "opt/workshop/uv/bin/uv",
    f"{SITE}/numpy/core/tests/test_core.py",
    f"{SITE}/tornado/test/web_test.py",
    f"{SITE}/onnx/backend/test/data/model.onnx",
    f"{TENSORFLOW}/tensorflow/include/a/b.h",
    "opt/workshop/venvs/jupyter/share/jupyter/extension.js.map",
    "usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.29.a",
    "usr/lib/aarch64-linux-gnu/libasan.so.8",
    "usr/lib/python3.11/config-3.11-x86_64-linux-gnu/libpython3.11-pic.a",
    "usr/libexec/gcc/x86_64-linux-gnu/14/lto1",
    "usr/bin/x86_64-linux-gnu-lto-dump-14",
)
KEPT = (
    "opt/workshop/venvs/controller/x",
    f"{SITE}/theano/tests/main.py",
    f"{SITE}/numpy/testing/__init__.py",
    f"{SITE}/numpy/testing/overrides.py",
    f"{SITE}/numpy/core/latest.py",
    f"{SITE}/numpy/include/numpy/arrayobject.h",
    f"{TENSORFLOW}/tensorflow/_api/v2/test/__init__.py",
    "usr/include/python3.11/Python.h",
    "usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.29.so",
    # The compiler links with these in every program, shared or not.
    "usr/lib/gcc/x86_64-linux-gnu/14/libgcc.a",
    "usr/lib/x86_64-linux-gnu/libc_nonshared.a",
    "usr/lib/x86_64-linux-gnu/libpthread.a",
    "usr/lib/x86_64-linux-gnu/libsanitary.so",
    "usr/libexec/gcc/x86_64-linux-gnu/14/cc1plus",
)


def test_it_knows_what_is_left_out_and_what_only_looks_like_it() -> None:
    assert [path for path in LEFT if lean.keeps(path)] == []
    assert [path for path in KEPT if not lean.keeps(path)] == []
    assert not lean.keeps("opt/workshop/uv")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, bytes]]:
    """The image of a root with things that an image does not want, and things that it wants once."""
    folder = tmp_path_factory.mktemp("lean")
    root = make_image_root(folder / "root")
    other = "opt/workshop/venvs/jupyter/lib/python3.11/site-packages"
    large = b"L" * hardlinks.LEAST
    files = {
        **dict.fromkeys(LEFT, b"x"),
        "opt/workshop/venvs/control/lib/python3.11/site-packages/ansible-1.dist-info/METADATA": (
            b"Metadata-Version: 2.4\nName: ansible-core\nVersion: 1\n"
        ),
        **{f"{site}/fonts.ttf": large for site in (SITE, other)},
        # A layer never points into another one.
        f"{TENSORFLOW}/fonts.ttf": large,
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    hardlinks.link(root)
    (made,) = forms.write(source(root), [forms.OCI], folder / "out", quiet())
    assert verify(made.path).faults == []
    return unpack(made.path)  # type: ignore[return-value]


def test_nothing_of_it_is_in_an_image_nor_in_its_bill(seen: dict[str, tuple[object, bytes]]) -> None:
    assert not seen.keys() & set(LEFT)
    assert not [name for name in seen if "/control" in name or name.startswith("opt/workshop/uv")]
    bill = seen["opt/workshop/sbom.cdx.json"][1]
    assert b"tornado" in bill
    assert b"ansible" not in bill


def test_what_has_two_names_is_there_once(seen: dict[str, tuple[object, bytes]]) -> None:
    links = {name: info for name, (info, _) in seen.items() if name.startswith("opt/")}
    linked = {name: info.linkname for name, info in links.items() if info.islnk()}  # type: ignore[attr-defined]
    other = "opt/workshop/venvs/jupyter/lib/python3.11/site-packages"
    assert linked == {f"{SITE}/fonts.ttf": f"{other}/fonts.ttf"}
