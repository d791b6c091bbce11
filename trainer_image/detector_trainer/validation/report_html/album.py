"""The pictures of a page: of records that findings name, and samples of the training records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from detector_trainer.contract import Finding
from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs, Unknown
from detector_trainer.validation.readers import Reader
from detector_trainer.validation.report_html import charts, pictures
from detector_trainer.validation.report_html.markup import text
from detector_trainer.validation.report_html.records import Budget, NotShown, Place, Record, find, read, walk
from detector_trainer.validation.scan.image import inspect
from detector_trainer.validation.scan.job import Job, job_of

SECONDS = 20.0
"""For all reading."""
MAX_PICTURES = 12
"""Of records that findings name."""
SAMPLES = 6
LOOKED_AT = 500
"""Records read for the sizes of boxes."""
MAX_BYTES_LOOKED_AT = 256 << 20


class Album:
    """Makes the pictures. Whatever goes wrong, there is a sentence in place of one."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._budget = Budget(SECONDS)
        self._jobs: dict[str, Job | None] = {}

    def of_findings(self, findings: Iterable[Finding]) -> dict[tuple[str, int], str]:
        """A figure for the records that the first findings name, by file and number."""
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
            number: self._figure(places[number], table=True) if number in places else pictures.sentence(_name(file, number), why)
            for number in sorted(numbers)
        }

    def _figure(self, place: Place, *, table: bool) -> str:
        caption = _name(place.file, place.number)

        def draw() -> str:
            record = read(place, self._job(place.file), self._budget)
            return pictures.figure(record, caption, table=table)

        return _or_why(draw, lambda why: pictures.sentence(caption, why))

    def of_training(self) -> tuple[str, str, int]:
        """Figures of some training records, a chart of the sizes of boxes (empty if there are none), and of how many records."""
        try:
            files = self._inputs.train.files
            job = self._job(files[0]) if files else None
        except Unknown:
            return "", "", 0
        if job is None or job.sequence_examples:
            return "", "", 0
        places: list[Place] = []
        _or_why(lambda: _first(files, places, self._budget))
        step = max(1, len(places) // SAMPLES)
        samples = "".join(self._figure(place, table=False) for place in places[::step][:SAMPLES])
        return samples, _or_why(lambda: self._sizes(places, job), lambda _: ""), len(places)

    def _sizes(self, places: list[Place], job: Job) -> str:
        found: list[tuple[float, float]] = []
        for place in places:
            try:
                found += _box_sizes(read(place, job, self._budget))
            except NotShown:
                continue
        return charts.sizes(found) if found else ""

    def _job(self, file: str) -> Job | None:
        """What is known of the reader of a file."""
        if file not in self._jobs:
            try:
                reader: Reader = next(reader for reader in (self._inputs.train, *self._inputs.evals) if file in reader.files)
                self._jobs[file] = job_of(self._inputs, reader)
            except (Unknown, StopIteration):
                self._jobs[file] = None
        return self._jobs[file]


def _name(file: str, number: int) -> str:
    return f'<span class="code">{text(file)}, record {number}</span>.'


def _or_why(make: Callable[[], str], otherwise: Callable[[object], str] = str) -> str:
    """What is made, or a sentence on why it cannot be."""
    try:
        return make()
    except NotShown as error:
        return otherwise(error)
    except Exception as error:  # noqa: BLE001 - a picture that cannot be made must not cost the report
        return otherwise(f"It cannot be shown: {type(error).__name__}: {error}.")


def _first(files: Iterable[str], places: list[Place], budget: Budget) -> str:
    """Adds the first training records."""
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


def _box_sizes(record: Record) -> list[tuple[float, float]]:
    fact = inspect(memoryview(record.image), decoding=False)
    sound = [box for box in record.boxes if fact.width and pictures.problem(box) in ("", pictures.BEYOND)]
    return [((box.xmax - box.xmin) * fact.width, (box.ymax - box.ymin) * fact.height) for box in sound]
