"""Files as Jupyter's server saves them: whoever reads one meanwhile gets the whole one before, or after."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from workshop.core.files import written_whole

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
FULL = (
    "The disk is full, so this was not saved. Keep this page open, delete files that you do not need, empty "
    "the trash (in a terminal: rm -rf ~/.local/share/Trash), and save again. What was saved before is "
    "unharmed."
)


class WholeFiles(AsyncLargeFileManager):
    """Jupyter's own manager of files, but for how it saves one that is there already.

    That one empties the file and writes it anew. A page that opens the notebook at that moment, as one does
    that is loaded again while it saves, is told that it is no notebook; or it takes the copy that is kept
    meanwhile for what an accident left, and puts what is just being saved aside, under another name.
    """

    @contextlib.contextmanager
    def atomic_writing(self, os_path: str, *args: Any, **options: Any) -> Iterator[IO[Any]]:
        """Yield a file whose content takes the place of ``os_path``'s when the block ends well.

        Args:
            os_path: The file's path. A link is followed.
            *args: What Jupyter's own takes: whether it is a text (it is by default), and its encoding.
            **options: The same by name.
        """
        target = Path(os.path.realpath(os_path))
        if not self.use_atomic_writing or not can_be_replaced(target):
            with super().atomic_writing(os_path, *args, **options) as file:
                yield file
            return
        with self.perm_to_403(os_path), replacing(target, *args, **options) as file:
            yield file

    @contextlib.contextmanager
    def perm_to_403(self, os_path: str = "") -> Iterator[None]:
        """Say what to do when the disk is full, and of what is forbidden what Jupyter says."""
        with said_when_full(), super().perm_to_403(os_path):
            yield

    async def create_checkpoint(self, path: str) -> Any:
        """Do what Jupyter does, which it does whenever a notebook is opened."""
        with said_when_full():
            return await super().create_checkpoint(path)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def said_when_full() -> Iterator[None]:
    """Raise HTTPError, which a page shows, instead of the error of a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise HTTPError(HTTPStatus.INSUFFICIENT_STORAGE, FULL) from error
        raise


def can_be_replaced(target: Path) -> bool:
    """Tell whether another file in this one's place would be the same to everybody.

    It would not where the file has a second name, another owner or access lists, and it cannot be where
    nobody may write into the folder. Then Jupyter's own way is right, and its own errors are.
    """
    try:
        found = target.lstat()
        lists = [name for name in os.listxattr(target) if not name.startswith("security.")]
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            return False
        lists = []
    return (
        stat.S_ISREG(found.st_mode)
        and found.st_nlink == 1
        and found.st_uid == os.geteuid()
        and not lists
        and os.access(target, os.W_OK)
        and os.access(target.parent, os.W_OK)
        and not os.path.ismount(target)
    )


@contextlib.contextmanager
def replacing(
    target: Path, text: bool = True, encoding: str = "utf-8", newline: str = "\n"
) -> Iterator[IO[Any]]:
    """Yield a file that takes the place of ``target``, with its rights, when the block ends well."""
    found = target.lstat()
    with written_whole(target, stat.S_IMODE(found.st_mode)) as file:
        # A folder may give its group to what is made in it.
        if os.fstat(file.fileno()).st_gid != found.st_gid:
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), -1, found.st_gid)
        if not text:
            yield file
            return
        wrapped = io.TextIOWrapper(file, encoding=encoding, newline=newline)
        yield wrapped
        wrapped.detach()
