"""A fingerprint of what a training reads, cheap enough to be taken again by a pod that holds a GPU already.

Of the pipeline config (as it will be used), the label map and the checkpoint's index, every byte counts; the index has the
checksums of all tensors. Of record files and of the checkpoint's data files, be they hundreds of gigabytes: path, size, and the
first and last 64 KiB. A file that was replaced, cut or appended to differs in these. Not seen: bytes changed in the middle of a
file that kept its size. Times do not count, because copies and mounts change them; nor do evaluation records, which no training
reads.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

from detector_trainer.checkpoints.checkpoint import MAX_INDEX_BYTES
from detector_trainer.pipeline import gfile
from detector_trainer.pipeline.text_file import MAX_TEXT_BYTES, regular_size
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs

VERSION = "1"
"""Of how it is made: fingerprints of different versions cannot be compared."""
DIGEST_BYTES = 6
"""Of each part."""
EDGE = 64 << 10
"""Bytes at either end of a large file."""
AT_ONCE = 16
"""Files: a network file system answers slowly, but many at a time."""


@dataclass(frozen=True)
class Fingerprint:
    """One part for each kind of input, so that it tells what has changed."""

    pipeline_config: str
    label_map: str
    records: str
    checkpoint: str

    def __str__(self) -> str:
        """As it stands in a report and in the status."""
        return "-".join((VERSION, self.pipeline_config, self.label_map, self.records, self.checkpoint))

    @classmethod
    def parse(cls, text: str) -> Fingerprint | None:
        """The fingerprint of a report; None if another version has made it."""
        version, *parts = text.split("-")
        return cls(*parts) if version == VERSION and len(parts) == len(fields(cls)) else None

    def differences(self, other: Fingerprint) -> list[str]:
        """What differs, in words."""
        names = [field.name for field in fields(self)]
        return [name.replace("_", " ") for name in names if getattr(self, name) != getattr(other, name)]


@dataclass(frozen=True)
class Survey:
    """What a look at all files of a training gives."""

    fingerprint: Fingerprint
    unreadable: tuple[Unreadable, ...]
    """Files that cannot be read, in the order in which the trainer would read them."""


def survey(inputs: Inputs) -> Survey:
    """Looks at every local file that the training will read.

    Raises:
        Unknown: the pipeline config cannot be read.
        ValueError: an override is wrong.
    """
    config = inputs.config.SerializeToString(deterministic=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = [list(pool.map(_look, files)) for files in (_label_map(inputs), _records(inputs), _checkpoint(inputs))]
    parts = [_digest(repr(group).encode()) for group in looks]
    unreadable = tuple(look for group in looks for look in group if isinstance(look, Unreadable))
    return Survey(Fingerprint(_digest(config), *parts), unreadable)


@dataclass(frozen=True)
class _File:
    path: str
    what: str
    edge: int = EDGE


def _label_map(inputs: Inputs) -> list[_File]:
    path = inputs.train.label_map_path
    return [_File(path, "label map", MAX_TEXT_BYTES)] if path and not gfile.is_remote(path) else []


def _records(inputs: Inputs) -> list[_File]:
    return [_File(path, "records") for path in inputs.train.files]


def _checkpoint(inputs: Inputs) -> list[_File]:
    """The index of the fine-tune checkpoint, and its data files as far as the index tells them."""
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if not prefix or gfile.is_remote(prefix):
        return []
    index = _File(f"{prefix}.index", "checkpoint's index", MAX_INDEX_BYTES)
    if inputs.fine_tune_checkpoint_unreadable is not None or inputs.fine_tune_checkpoint is None:
        return [index]
    checkpoint = inputs.fine_tune_checkpoint
    shards = [checkpoint.shard_path(shard) for shard in range(checkpoint.shards)]
    return [index, *(_File(path, "checkpoint's data file") for path in shards)]


def _look(file: _File) -> str | Unreadable:
    """Digest of a file's path, size and so many bytes at either end; why not, if it cannot be read."""
    try:
        size = regular_size(file.path, file.what)
        with Path(file.path).open("rb") as opened:
            edge = min(file.edge, size)
            start = opened.read(edge)
            opened.seek(max(edge, size - edge))
            return _digest(f"{file.path} {size} ".encode() + start + opened.read(edge))
    except Unreadable as problem:
        return problem
    except OSError as error:
        return Unreadable(
            file.path, "unreadable", f"cannot be read: {error.strerror}", "Look at its permissions and its storage."
        )


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
