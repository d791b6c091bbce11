"""All records of a training, after the scan: the input of checks over the whole dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector_trainer.pipeline import gfile
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.totals import Totals
from detector_trainer.validation.inputs import Inputs

if TYPE_CHECKING:
    from detector_trainer.protos.types import InputReader


@dataclass(frozen=True)
class Dataset:
    """The totals of the training reader and of each evaluation reader."""

    inputs: Inputs
    train_settings: ReaderSettings
    train_reader: InputReader
    train_files: tuple[str, ...]
    train: Totals
    evals: list[tuple[str, tuple[str, ...], Totals]]
    """Name, files and totals of each evaluation reader that has files."""
    batch_per_replica: int

    @property
    def all_read(self) -> bool:
        """Whether the scan could read all training records: it cannot read those in a bucket."""
        return not any(gfile.is_remote(pattern.text) for pattern in self.inputs.train.patterns)

    @property
    def classes_known(self) -> bool:
        """Whether the classes of all training boxes are known by id: the records and the label map (if any) could be read."""
        settings = self.train_settings
        return self.all_read and not settings.sequence_examples and (bool(settings.text_to_id) or not settings.has_label_map)
