from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.conftest import dataset_of, left_over
from workshop.core.errors import WorkshopError
from workshop.datasets import STAMP
from workshop.datasets import store as module
from workshop.datasets.store import Store, WrongContentError

CONTENT = b"seventy thousand digits" * 1000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    content=st.binary(min_size=1, max_size=300), delivered=st.binary(max_size=300), step=st.integers(1, 50)
)
def test_a_file_is_kept_only_if_its_hash_matches(
    store: Store, content: bytes, delivered: bytes, step: int
) -> None:
    dataset = dataset_of(content)
    file = dataset.files[0]
    shutil.rmtree(store.folder / "thing", ignore_errors=True)
    for candidate in (delivered, content):
        pieces = [candidate[at : at + step] for at in range(0, len(candidate), step)]
        try:
            store.add(dataset, file, pieces)
        except WrongContentError:
            assert candidate != content
            assert not store.path(dataset, file).exists()
        else:
            assert store.path(dataset, file).read_bytes() == content
        assert left_over(store) == []


def test_a_right_file_is_not_replaced_by_a_wrong_one(store: Store) -> None:
    dataset = dataset_of(CONTENT)
    store.add(dataset, dataset.files[0], [CONTENT])
    with pytest.raises(WrongContentError):
        store.add(dataset, dataset.files[0], [b"<html>"])
    assert store.path(dataset, dataset.files[0]).read_bytes() == CONTENT


def test_an_endless_stream_is_stopped(store: Store) -> None:
    dataset = dataset_of(CONTENT)
    written = []

    def endless() -> Any:
        while True:
            written.append(1)
            yield CONTENT

    with pytest.raises(WrongContentError):
        store.add(dataset, dataset.files[0], endless())
    assert len(written) == 2


def test_a_changed_file_is_noticed_without_verify(store: Store) -> None:
    dataset = dataset_of(CONTENT)
    file = dataset.files[0]
    store.add(dataset, file, [CONTENT])
    assert store.has(dataset, file)
    path = store.path(dataset, file)
    path.write_bytes(CONTENT[:-1] + b"!")
    os.utime(path, ns=(1, 1))
    assert not store.has(dataset, file)


@pytest.mark.parametrize(
    "stamp", ["", "no JSON", "[]", '{"files": 3}', '{"files": {"thing/file.bin": 1}}', "\xff"]
)
def test_a_damaged_stamp_only_costs_a_hash(store: Store, stamp: str) -> None:
    dataset = dataset_of(CONTENT)
    store.add(dataset, dataset.files[0], [CONTENT])
    (store.folder / module.STAMP).write_text(stamp, encoding="latin1")
    assert Store(store.folder).has(dataset, dataset.files[0])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line_and_leaves_nothing(
    store: Store, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module.os, "fsync", full)
    dataset = dataset_of(CONTENT)
    with pytest.raises(WorkshopError, match="is full; free some space and run again"):
        store.add(dataset, dataset.files[0], [CONTENT])
    assert not store.path(dataset, dataset.files[0]).exists()
    assert left_over(store) == []


def test_what_a_killed_fetch_left_is_removed_but_unfinished_downloads_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (store.scratch / "tmp-folder" / "inside").mkdir(parents=True)
    (store.scratch / "tmp-file").write_text("half")
    (store.scratch / "abc.part").write_text("half")
    with store.locked(lambda: None):
        assert left_over(store) == ["abc.part"]
    assert not (store.scratch / "tmp-folder").exists()


def _hold(folder: Path, entered: Any, release: Any) -> None:
    with Store(folder).locked(lambda: None):
        entered.set()
        release.wait(120)


def test_a_second_fetch_waits_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    entered, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, entered, release))
    holder.start()
    try:
        assert entered.wait(120)
        waited: list[float] = []

        def on_wait() -> None:
            waited.append(time.monotonic())
            holder.kill()

        with Store(tmp_path).locked(on_wait):
            assert len(waited) == 1
    finally:
        holder.kill()
        holder.join()


def test_adopt_takes_only_the_right_file(store: Store) -> None:
    dataset = dataset_of(CONTENT)
    for content, right in ((CONTENT[:-1] + b"?", False), (CONTENT, True)):
        temporary = store.scratch / "download"
        temporary.write_bytes(content)
        if right:
            store.adopt(dataset, dataset.files[0], temporary)
        else:
            with pytest.raises(WrongContentError):
                store.adopt(dataset, dataset.files[0], temporary)
        assert not temporary.exists()
        assert store.path(dataset, dataset.files[0]).exists() == right


def test_data_sets_of_another_catalogue_stay_recorded(store: Store) -> None:
    ours, other = dataset_of(CONTENT), replace(dataset_of(CONTENT), name="other")
    gone = replace(dataset_of(CONTENT), name="gone")
    for each in (ours, other):
        store.add(each, each.files[0], [CONTENT])
        store.write_stamp([each, gone])
    noted = json.loads((store.folder / STAMP).read_text())["datasets"]
    assert set(noted) == {ours.name, "other", "gone"}
    store.write_stamp([ours])
    noted = json.loads((store.folder / STAMP).read_text())["datasets"]
    assert set(noted) == {ours.name, "other"}  # of the third there is nothing here
