"""The patches of Theano 1.0.5: for Python 3.11, and for its compile cache."""

from __future__ import annotations

import importlib.util
import os
import py_compile
from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.machine import (
    theano_patches,
)
from workshop.system.files import locked

# The shape of what Cython 0.28 generated, shortened.
SCAN = r"""#include "Python.h"
#if PY_MAJOR_VERSION < 3
  #define __Pyx_PyCode_New(a, k, l, s, f, code, c, n, v, fv, cell, fn, name, fline, lnos)\
          PyCode_New(a+k, l, s, f, code, c, n, v, fv, cell, fn, name, fline, lnos)
#else
  #define __Pyx_PyCode_New(a, k, l, s, f, code, c, n, v, fv, cell, fn, name, fline, lnos)\
          PyCode_New(a, k, l, s, f, code, c, n, v, fv, cell, fn, name, fline, lnos)
#endif
#ifndef __Pyx_PyFrame_SetLineNumber
  #define __Pyx_PyFrame_SetLineNumber(frame, lineno)  (frame)->f_lineno = (lineno)
#endif
"""

LINKER = """class CLinker:
    def key(self):
        for node in order:
            if hasattr(node.op, '__props__'):
                version.append(node.op.__props__)

    def compile_cmodule(self):
        try:
            module = c_compiler.compile_str(
                module_name=mod.code_hash,
                preargs=preargs)
        finally:
            release_lock()
"""
OP = """from theano.gof import utils


class COp:
    @classmethod
    def get_path(cls, f):
        return f

    def load_c_code(self, func_files):
        for func_file in func_files:
            with _open_u(func_file) as f:
                self.func_codes.append(f.read())

    def c_code_cache_version(self):
        version = (hash(tuple(self.func_codes)), )
        return version

    def make_thunk(self, node, storage_map, compute_map, impl=None):
        if (impl is None and theano.config.cxx) or impl == 'c':
            self.prepare_node(node, storage_map=storage_map, impl='c')
        return self.make_py_thunk(node, storage_map, compute_map)
"""
CACHE = """from theano.gof import compilelock


class ModuleCache:
    def module_from_key(self, key, lnk=None, keep_lock=False):
        module = self._get_from_key(key)
        if module is not None:
            return module

        src_code = lnk.get_src_code()
        return lnk.compile_cmodule(src_code)


class GCC_compiler:
    @staticmethod
    def compile_str(module_name, src_code):
        return module_name
"""
LOCK = """def _get_lock(lock_dir=None, **kw):
    if get_lock.lock_is_enabled:
        if get_lock.n_lock == 0:
            lock(get_lock.lock_dir, **kw)


def lock(tmp_dir, min_wait, max_wait):
    while True:
        try:
            while os.path.isdir(tmp_dir):
                nb_wait += 1
                time.sleep(random.uniform(min_wait, max_wait))
        except Exception as e:
            time.sleep(random.uniform(min_wait, max_wait))
"""
PROPERTIES = """class MetaObject(type):
    def __new__(cls, name, bases, dct):
        if props is not None:
            def _props(self):
                return tuple(getattr(self, a) for a in props)

            if '__hash__' not in dct:
                def __hash__(self):
                    return hash((type(self),
                                 tuple(getattr(self, a) for a in props)))

            if '__eq__' not in dct:
                def __eq__(self, other):
                    return (type(self) == type(other) and
                            tuple(getattr(self, a) for a in props) ==
                            tuple(getattr(other, a) for a in props))
"""
ORDER = """def io_toposort(inputs, outputs, orderings=None, clients=None):
    if not orderings and clients is None:
        # Do a new stack implementation with the vm algo.
        # This will change the order returned.
        computed = set(inputs)
        todo = [o.owner for o in reversed(outputs) if o.owner]
        order = []
        while todo:
            cur = todo.pop()
            # We suppose that all outputs are always computed
            if cur.outputs[0] in computed:
                continue
            if all([i in computed or i.owner is None for i in cur.inputs]):
                computed.update(cur.outputs)
                order.append(cur)
            else:
                todo.append(cur)
                todo.extend(i.owner for i in cur.inputs if i.owner)
        return order
"""
MAKER = """def orig_function(inputs, outputs, mode=None, accept_inplace=False,
                  name=None):
    return mode
"""
ELEMWISE = """from theano.tensor import elemwise_cgen as cgen


class Elemwise(OpenMPOp):
    __props__ = ("scalar_op", "inplace_pattern")

    def prepare_node(self, node, storage_map, compute_map, impl):
        # Postpone the ufunc building to the last minutes due to:
        return impl

    def perform(self, node, inputs, output_storage):
        return node

    def c_code(self, node, nodename, inames, onames, sub):
        code = "\\n".join(self._c_all(node, nodename, inames, onames, sub))
        return code

    def c_support_code(self):
        return self.scalar_op.c_support_code()

    def c_support_code_apply(self, node, nodename):
        support_code = self.scalar_op.c_support_code_apply(node, nodename +
                                                           '_scalar_')
        return support_code

    def c_code_cache_version_apply(self, node):
        version = [13]  # the version corresponding to the c code in this Op
        return tuple(version)
"""


PART = """def compile_it():
    pass


try:
    # See gh issue #728 for why these lines are here. Summary: compiledir
    # must be at the beginning of the path
    sys.path.insert(0, config.compiledir)
finally:
    del sys.path[0]
"""
SCAN_PART = """try:
    try_import()
    need_reload = True
    if version != getattr(scan_perform, '_version', None):
        raise ImportError()
except ImportError:
    get_lock()
"""


@pytest.fixture
def theano(tmp_path: Path) -> Path:
    """A package with the folders that are patched."""
    package = tmp_path / "theano"
    scan = package / "scan_module" / "c_code" / "scan_perform.c"
    scan.parent.mkdir(parents=True)
    scan.write_text(SCAN)
    (package / "tensor" / "signal").mkdir(parents=True)
    (package / "gof").mkdir()
    (package / "compile").mkdir()
    (package / "gof" / "cc.py").write_text(LINKER)
    (package / "gof" / "op.py").write_text(OP)
    (package / "gof" / "cmodule.py").write_text(CACHE)
    (package / "gof" / "compilelock.py").write_text(LOCK)
    (package / "gof" / "cutils.py").write_text(PART)
    (package / "gof" / "lazylinker_c.py").write_text(PART)
    (package / "scan_module" / "scan_perform_ext.py").write_text(SCAN_PART)
    (package / "tensor" / "elemwise.py").write_text(ELEMWISE)
    (package / "gof" / "utils.py").write_text(PROPERTIES)
    (package / "gof" / "graph.py").write_text(ORDER)
    (package / "compile" / "function_module.py").write_text(MAKER)
    return package


def test_mends_all_files_once(theano: Path) -> None:
    assert theano_patches.patch(theano) == list(theano_patches.PATCHES)
    assert theano_patches.patch(theano) == []


def test_check_changes_nothing(theano: Path) -> None:
    assert theano_patches.patch(theano, check=True) == list(theano_patches.PATCHES)
    assert (theano / "scan_module/c_code/scan_perform.c").read_text() == SCAN
    assert (theano / "gof/cc.py").read_text() == LINKER


def test_patched_modules_are_there_as_bytecode(theano: Path) -> None:
    """Whoever starts a kernel may not be able to write it."""
    stale = Path(importlib.util.cache_from_source(theano / "gof/cc.py"))
    py_compile.compile(str(theano / "gof/cc.py"))
    before = stale.read_bytes()
    theano_patches.patch(theano)
    assert stale.read_bytes() != before
    assert Path(importlib.util.cache_from_source(theano / "gof/op.py")).is_file()


def test_a_hard_link_into_the_cache_is_left_as_it_was(theano: Path, tmp_path: Path) -> None:
    cached = tmp_path / "cached.c"
    os.link(theano / "scan_module/c_code/scan_perform.c", cached)
    theano_patches.patch(theano)
    assert cached.read_text() == SCAN


def test_another_theano_is_refused(theano: Path) -> None:
    (theano / "scan_module/c_code/scan_perform.c").write_text("int main() {}\n")
    with pytest.raises(WorkshopError, match=r"not the one of Theano 1\.0\.5"):
        theano_patches.patch(theano)


@pytest.mark.parametrize("name", ["gof/cc.py", "gof/op.py", "gof/cmodule.py"])
@pytest.mark.parametrize("text", [None, "", LINKER + LINKER + OP + OP + CACHE + CACHE])
def test_another_compile_cache_is_refused(theano: Path, name: str, text: str | None) -> None:
    (theano / name).unlink()
    if text is not None:
        (theano / name).write_text(text)
    with pytest.raises(WorkshopError, match=rf"{name} is not the one of Theano 1\.0\.5"):
        theano_patches.patch(theano)


def test_a_missing_source_is_named(theano: Path) -> None:
    (theano / "scan_module/c_code/scan_perform.c").unlink()
    with pytest.raises(WorkshopError, match=r"scan_perform\.c is missing"):
        theano_patches.patch(theano)


def test_the_command_without_theano_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(_: str) -> None:
        raise theano_patches.importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(theano_patches.importlib.metadata, "distribution", missing)
    assert theano_patches.main([]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("theano_patches: no Theano in the environment")
    assert told.err.count("\n") == 1


def test_two_at_once_take_turns(theano: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up begins with it while other environments are made, and comes back to it later."""
    mended = []

    def patch(package: Path, *, check: bool) -> list[str]:
        with pytest.raises(BlockingIOError), locked(package / ".changing"):
            pass
        mended.append(check)
        return []

    monkeypatch.setattr(theano_patches, "find_theano", lambda: theano)
    monkeypatch.setattr(theano_patches, "patch", patch)
    assert theano_patches.main([]) == 0
    assert mended == [False]
    with locked(theano / ".changing"):
        pass
