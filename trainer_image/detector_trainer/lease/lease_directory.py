"""File operations of a lease: each one atomic on shared storage, none of them outside the directory of the lease.

Any user who can mount the storage may have put files there. Nothing here follows a symbolic link, opens
anything but a regular file, or writes to a name that can be predicted. Kernel locks are not used: some network file systems
keep them to one node, others refuse them.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_BYTES = 4096
"""More of a file is not read; a lease has about 200."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # O_NONBLOCK: to open a FIFO would wait for its writer
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class LeaseDirectory:
    """The directory of a lease. It is opened for each operation, because storage may be mounted again meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Create the directory and its parents, unless they exist.

        Raises:
            OSError: it cannot be created, or is a symbolic link.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with self._opened():
            return

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, or None if there is none.

        Raises:
            OSError: it cannot be read, or is not a regular file.
        """
        try:
            with self._opened() as directory:
                descriptor = os.open(name, _READ, dir_fd=directory)
        except FileNotFoundError:
            return None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", str(self.path / name))
            return os.read(descriptor, MAX_BYTES)
        finally:
            os.close(descriptor)

    def create(self, name: str, content: bytes) -> bool:
        """Create a file. False if one of this name exists; of several that try at the same time, one succeeds.

        Raises:
            OSError: it cannot be created or written.
        """
        with self._opened() as directory:
            try:
                descriptor = os.open(name, _CREATE, 0o644, dir_fd=directory)
            except FileExistsError:
                return False
            try:
                _write(descriptor, content)
            except OSError:
                os.unlink(name, dir_fd=directory)
                raise
            return True

    def replace(self, name: str, content: bytes) -> None:
        """Write a file in one step: a reader sees the content before or after.

        Raises:
            OSError: it cannot be written; the file before is unchanged.
        """
        with self._opened() as directory:
            temporary = _unpredictable(name)
            descriptor = os.open(temporary, _CREATE, 0o644, dir_fd=directory)
            try:
                _write(descriptor, content)
                os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
            except OSError:
                os.unlink(temporary, dir_fd=directory)
                raise

    def move_away(self, name: str) -> str | None:
        """Rename a file to an unused name and return that; None if there is no such file. One of several callers gets it.

        Raises:
            OSError: it cannot be renamed.
        """
        away = _unpredictable(name)
        try:
            with self._opened() as directory:
                os.rename(name, away, src_dir_fd=directory, dst_dir_fd=directory)
        except FileNotFoundError:
            return None
        return away

    def remove(self, name: str) -> None:
        """Remove a file if it exists.

        Raises:
            OSError: it cannot be removed.
        """
        try:
            with self._opened() as directory:
                os.unlink(name, dir_fd=directory)
        except FileNotFoundError:
            return

    def age(self, name: str) -> float:
        """Return the seconds since a file was written, by the clock that gives the files of its file system their times.

        That may be the server's clock, or the clock of each client: the result is a hint.

        Raises:
            OSError: the file cannot be examined, or no other can be written beside it.
        """
        with self._opened() as directory:
            probe = _unpredictable(name)
            descriptor = os.open(probe, _CREATE, 0o644, dir_fd=directory)
            try:
                os.write(descriptor, b"now")
                os.fsync(descriptor)  # until then the time of a file on NFS is a guess of this client
                now = os.fstat(descriptor).st_mtime
            finally:
                os.close(descriptor)
                os.unlink(probe, dir_fd=directory)
            return max(0.0, now - os.stat(name, dir_fd=directory, follow_symlinks=False).st_mtime)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    """Write and close. A network file system may report only on closing that the content was not stored."""
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _unpredictable(name: str) -> str:
    return f"{name}.{secrets.token_hex(8)}"
