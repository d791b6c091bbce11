"""Creates the pictures of a page: records that findings name, and samples of the training records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from detector_trainer.contract import Finding
from detector_trainer.pipeline import gfile
from detector_trainer.pipeline.readers import Reader
from detector_trainer.records.reader_settings import ReaderSettings, settings_of
from detector_trainer.report import pictures, shapes
from detector_trainer.report.markup import text
from detector_trainer.report.record_reader import Budget, NotShown, Place, find, read, walk
from detector_trainer.report.shapes import Shapes
from detector_trainer.validation.inputs import Inputs, Unknown

SECONDS = 20.0
"""Seconds for all reading."""
MAX_PICTURES = 12
"""Pictures of records that findings name."""
SAMPLES = 6
LOOKED_AT = 500
"""Records that are read for the sizes of boxes and images."""
MAX_BYTES_LOOKED_AT = 256 << 20


@dataclass(frozen=True)
class Training:
    """The training records on a page, as HTML; empty if there is nothing to show."""

    looked_at: int = 0
    """Records."""
    samples: str = ""
    charts: str = ""


class ImageGallery:
    """Creates the pictures. A sentence replaces a picture that fails."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._budget = Budget(SECONDS)
        self._settings: dict[str, ReaderSettings | None] = {}

    def of_findings(self, findings: Iterable[Finding]) -> dict[tuple[str, int], str]:
        """Return figures of the records that the first findings name, by file and number."""
        named = ((finding.where.file, finding.where.record) for finding in findings)
        keys = dict.fromkeys((file, number) for file, number in named if file is not None and number is not None)
        wanted: dict[str, set[int]] = {}
        for file, number in islice(keys, MAX_PICTURES):
            wanted.setdefault(file, set()).add(number)
        return {
            (file, number): figure for file, numbers in wanted.items() for number, figure in self._of_file(file, numbers).items()
        }

    def _of_file(self, file: str, numbers: set[int]) -> dict[int, str]:
        places: dict[int, Place] = {}
        why = "The file has no such record, or is damaged before it."

        def look() -> str:
            places.update(find(file, numbers, self._budget))
            return ""

        why = _or_why(look) or why
        return {
            number: self._figure(places[number], alone=True) if number in places else pictures.sentence(_name(file, number), why)
            for number in sorted(numbers)
        }

    def _figure(self, place: Place, *, alone: bool) -> str:
        """Draw a record, with the coordinates of its boxes unless it is one of several samples."""
        caption = _name(place.file if alone else PurePath(place.file).name, place.number)

        def draw() -> str:
            record = read(place, self._settings_of(place.file), self._budget)
            return pictures.figure(record, caption, table=alone)

        return _or_why(draw, lambda why: pictures.sentence(caption, why))

    def of_training(self) -> Training:
        """Return samples and charts of the first training records."""
        try:
            files = self._inputs.train.files
            settings = self._settings_of(files[0]) if files else None
        except Unknown:
            return Training()
        if settings is None or settings.sequence_examples:
            return Training()
        places: list[Place] = []
        _or_why(lambda: _first(files, places, self._budget))
        step = max(1, len(places) // SAMPLES)
        samples = "".join(self._figure(place, alone=False) for place in places[::step][:SAMPLES])
        return Training(len(places), samples, _or_why(lambda: self._charts(places, settings), lambda _: ""))

    def _charts(self, places: list[Place], settings: ReaderSettings) -> str:
        seen = Shapes()
        for place in places:
            try:
                seen.add(read(place, settings, self._budget))
            except NotShown:
                continue
        return shapes.figures(seen, self._inputs.config)

    def _settings_of(self, file: str) -> ReaderSettings | None:
        """Return the settings of the reader of a file; None if they are unknown."""
        if file not in self._settings:
            try:
                reader: Reader = next(reader for reader in (self._inputs.train, *self._inputs.evals) if file in reader.files)
                self._settings[file] = settings_of(self._inputs.config, reader, decode_images=self._inputs.decode_images)
            except (Unknown, StopIteration):
                self._settings[file] = None
        return self._settings[file]


def _name(file: str, number: int) -> str:
    return f'<span class="code">{text(file)}, record {number}</span>.'


def _or_why(make: Callable[[], str], otherwise: Callable[[object], str] = str) -> str:
    """Create something, or a sentence about the reason why it fails."""
    try:
        return make()
    except NotShown as error:
        return otherwise(error)
    except Exception as error:  # noqa: BLE001 - a failing picture must not fail the report
        return otherwise(f"It cannot be shown: {type(error).__name__}: {error}.")


def _first(files: Iterable[str], places: list[Place], budget: Budget) -> str:
    """Add the first training records."""
    size = 0
    for file in files:
        if gfile.is_remote(file):
            continue
        try:
            for place in walk(file, budget):
                size += place.size
                if len(places) >= LOOKED_AT or size > MAX_BYTES_LOOKED_AT:
                    return ""
                places.append(place)
        except NotShown:
            continue
    return ""
