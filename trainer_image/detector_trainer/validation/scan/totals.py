"""What is known of all records of a reader: sums that merge."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.scan.distributions import Distributions
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.tally import Tallies

if TYPE_CHECKING:
    from detector_trainer.protos.types import InputReader

MAX_CLASSES = 2000
"""Classes counted one by one; what comes beyond is not."""
MAX_NAMES = 500
UNLIKE = 4
"""Times: a box that is so much higher or lower, wider or narrower than an anchor is not like it."""
TINY_PIXELS = 2
"""A box with a shorter side below this, after the resizer, is tiny."""


def _hashes() -> array[int]:
    return array("Q")


class Resized(NamedTuple):
    """An image, and the size that the resizer gives it."""

    file: str
    record: int
    size: tuple[int, int]
    """Height and width."""
    resized: tuple[int, int]


class ResizedBox(NamedTuple):
    """A box after the resizer."""

    file: str
    record: int
    resized: tuple[int, int]
    """Height and width that the image gets."""
    box: tuple[float, float]
    """Height and width of the box, in its pixels."""


@dataclass
class Totals:
    """Sums over files. Merging those of two files, in order, gives those of both."""

    records: int = 0
    size: int = 0
    """Bytes."""
    images: int = 0
    boxes: int = 0
    sides_seen: bool = False
    """Whether any record has a value in any of the four sides of the boxes."""
    empty_files: list[tuple[str, int]] = field(default_factory=list)
    """Files too short for a record, and their bytes."""
    max_boxes: int = 0
    min_size: tuple[int, int] | None = None
    """Width and height of the image with the fewest pixels."""
    max_size: tuple[int, int] | None = None
    resized: list[Resized] = field(default_factory=list)
    """The first image, and the first that gets another size; kept for training images that are not padded to one size."""
    sized_boxes: int = 0
    """Training boxes with an area whose size after the resizer is known."""
    tiny: int = 0
    """Those of them that are tiny then."""
    first_tiny: ResizedBox | None = None
    unlike: int = 0
    """Of the sized boxes, those that no anchor is like, where the job has anchors."""
    first_unlike: ResizedBox | None = None
    classes: Counter[str] = field(default_factory=Counter)
    """Boxes by the name of their class, as written."""
    class_ids: Counter[int] = field(default_factory=Counter)
    """Boxes by the id the trainer gives them; those of the model's classes only."""
    names: set[bytes] = field(default_factory=set)
    image_hashes: array[int] = field(default_factory=_hashes)
    """Of each record, where the job hashes images: eight bytes for its image, 0 if there is none."""
    perceptual_hashes: array[int] = field(default_factory=_hashes)
    """Of each record, where the job decodes images: how its image looks, NO_HASH if that is unknown. As long as image_hashes."""
    looked_at: int = 0
    """Images of which it is known how they look."""
    looks: Tallies = field(default_factory=Tallies)
    """Images that look as if they were broken, by check."""
    distributions: Distributions = field(default_factory=Distributions)
    source_hashes: array[int] = field(default_factory=_hashes)
    """Eight bytes for each image/source_id of the evaluation."""
    files: list[tuple[str, int]] = field(default_factory=list)
    """The files, and how many records of each were read."""
    checksums: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each file: its records, its bytes, and a checksum of the records' checksums."""
    tallies: Tallies = field(default_factory=Tallies)

    def saw_sizes(self, sizes: NDArray[np.int32]) -> None:
        """Takes the sizes of images into account: int32 of shape [images, 2], height and width, 0 where unknown."""
        sizes = sizes[sizes[:, 0] > 0]
        if len(sizes):
            pixels = sizes[:, 0].astype(np.int64) * sizes[:, 1]
            for index in (pixels.argmin(), pixels.argmax()):
                self._saw_size(int(sizes[index, 1]), int(sizes[index, 0]))

    def _saw_size(self, width: int, height: int) -> None:
        size = (width, height)
        if self.min_size is None or width * height < self.min_size[0] * self.min_size[1]:
            self.min_size = size
        if self.max_size is None or width * height > self.max_size[0] * self.max_size[1]:
            self.max_size = size

    def saw_resized(self, image: Resized) -> None:
        """Keeps an image whose size after the resizer is the first or the second of all."""
        if len(self.resized) < 2 and all(image.resized != seen.resized for seen in self.resized):
            self.resized.append(image)

    def place(self, record: int) -> tuple[str, int]:
        """The file of a record, and its index there."""
        for file, records in self.files:
            if record < records:
                return file, record
            record -= records
        raise IndexError(record)

    def merge(self, other: Totals) -> None:
        """Adds a later file."""
        self.records += other.records
        self.size += other.size
        self.images += other.images
        self.boxes += other.boxes
        self.sides_seen |= other.sides_seen
        self.empty_files += other.empty_files
        self.max_boxes = max(self.max_boxes, other.max_boxes)
        for size in (other.min_size, other.max_size):
            if size is not None:
                self._saw_size(*size)
        for image in other.resized:
            self.saw_resized(image)
        self.sized_boxes += other.sized_boxes
        self.tiny += other.tiny
        self.first_tiny = self.first_tiny or other.first_tiny
        self.unlike += other.unlike
        self.first_unlike = self.first_unlike or other.first_unlike
        self.classes.update(other.classes)
        self.class_ids.update(other.class_ids)
        self.names |= other.names
        self.image_hashes += other.image_hashes
        self.perceptual_hashes += other.perceptual_hashes
        self.looked_at += other.looked_at
        self.looks.merge(other.looks)
        self.distributions.merge(other.distributions)
        self.source_hashes += other.source_hashes
        self.files += other.files
        self.checksums += other.checksums
        self.tallies.merge(other.tallies)


@dataclass(frozen=True)
class Dataset:
    """All readers, after the scan: what the checks over the whole dataset see."""

    inputs: Inputs
    train_job: Job
    train_reader: InputReader
    train_files: tuple[str, ...]
    train: Totals
    evals: list[tuple[str, tuple[str, ...], Totals]]
    batch_per_replica: int

    @property
    def all_read(self) -> bool:
        """Whether all training records were there to be read: those in a bucket are not."""
        return not any(gfile.is_remote(pattern.text) for pattern in self.inputs.train.patterns)
