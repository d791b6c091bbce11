"""Computes a fingerprint of what a training reads, cheap enough for a pod that already holds a GPU.

It covers every byte of the pipeline config (overrides applied), the label map and the checkpoint's index, which has the checksums
of all tensors. Of record files and the checkpoint's data files, up to hundreds of gigabytes, it covers path, size, and the first
and last 64 KiB: a file that was replaced, cut or appended to differs in these. It misses bytes changed in the middle of a file of
the same size. Modification times do not count, because copies and mounts change them; nor do evaluation records, because no
training reads them.
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
"""Version of the algorithm: fingerprints of different versions cannot be compared."""
DIGEST_BYTES = 6
"""Bytes of the digest of each part."""
EDGE = 64 << 10
"""Bytes at each end of a large file."""
AT_ONCE = 16
"""Files read in parallel: a network file system has a high latency."""


@dataclass(frozen=True)
class Fingerprint:
    """One digest for each kind of input, so that a comparison shows what has changed."""

    pipeline_config: str
    label_map: str
    records: str
    checkpoint: str

    def __str__(self) -> str:
        """Format the fingerprint as in a report and in the status."""
        return "-".join((VERSION, self.pipeline_config, self.label_map, self.records, self.checkpoint))

    @classmethod
    def parse(cls, text: str) -> Fingerprint | None:
        """Parse the fingerprint of a report; None if it is of another version."""
        version, *parts = text.split("-")
        return cls(*parts) if version == VERSION and len(parts) == len(fields(cls)) else None

    def differences(self, other: Fingerprint) -> list[str]:
        """Return the names of the parts that differ."""
        names = [field.name for field in fields(self)]
        return [name.replace("_", " ") for name in names if getattr(self, name) != getattr(other, name)]


@dataclass(frozen=True)
class Survey:
    """The result of reading all files of a training."""

    fingerprint: Fingerprint
    unreadable: tuple[Unreadable, ...]
    """Files that cannot be read, in the order in which the trainer would read them."""


def survey(inputs: Inputs) -> Survey:
    """Read every local file that the training will read, as far as the fingerprint needs it.

    Raises:
        Unknown: the pipeline config cannot be read.
        ValueError: an override is wrong.
    """
    config = inputs.config.SerializeToString(deterministic=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        digests = [list(pool.map(_digest_of, files)) for files in (_label_map(inputs), _records(inputs), _checkpoint(inputs))]
    parts = [_digest(repr(group).encode()) for group in digests]
    unreadable = tuple(digest for group in digests for digest in group if isinstance(digest, Unreadable))
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
    """List the index of the fine-tune checkpoint, and the data files that it names."""
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if not prefix or gfile.is_remote(prefix):
        return []
    index = _File(f"{prefix}.index", "checkpoint's index", MAX_INDEX_BYTES)
    if inputs.fine_tune_checkpoint_unreadable is not None or inputs.fine_tune_checkpoint is None:
        return [index]
    checkpoint = inputs.fine_tune_checkpoint
    shards = [checkpoint.shard_path(shard) for shard in range(checkpoint.shards)]
    return [index, *(_File(path, "checkpoint's data file") for path in shards)]


def _digest_of(file: _File) -> str | Unreadable:
    """Return the digest of a file's path, size and both ends; or the reason why it cannot be read."""
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
        return Unreadable(file.path, "unreadable", f"cannot be read: {error.strerror}", "Check its permissions and its storage.")


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
