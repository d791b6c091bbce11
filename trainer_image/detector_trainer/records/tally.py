"""What a check of records keeps: a count and the first few examples, small and mergeable across shards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TypedDict, cast

from detector_trainer.contract import Severity
from detector_trainer.records.accumulator import Accumulator, State
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings

EXAMPLES = 3


@dataclass(frozen=True)
class Hit:
    """One problem that a check found."""

    file: str
    message: str
    """A sentence with the values."""
    record: int | None = None
    field: str | None = None
    hint: str | None = None
    severity: Severity | None = None
    """If it differs from the severity of the rule."""
    count: int = 1
    """Number of hits that it represents."""


@dataclass
class Tally:
    """The hits of one rule and one severity."""

    count: int = 0
    examples: list[Hit] = field(default_factory=list)

    def add(self, hit: Hit) -> None:
        """Count a hit; keep it if it is among the first."""
        self.count += hit.count
        if len(self.examples) < EXAMPLES:
            self.examples.append(replace(hit, count=1))


class _Tally(TypedDict):
    """A tally in the serialised form."""

    severity: str | None
    count: int
    examples: list[dict[str, str | int | None]]


class Tallies(Accumulator):
    """The hits of one rule, by severity; None where that is the rule's."""

    def __init__(self, code: str, check: Callable[[Chunk, ReaderSettings], Iterable[Hit]] | None = None) -> None:
        """Count hits of the rule `code`, which `check` finds in a chunk; None for a rule that only damaged files hit."""
        self.code = code
        self._check = check
        self.by_severity: dict[Severity | None, Tally] = {}

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Count the hits in the next records."""
        if self._check is not None:
            self.count(self._check(chunk, settings))

    def count(self, hits: Iterable[Hit]) -> None:
        """Count hits."""
        for hit in hits:
            self.by_severity.setdefault(hit.severity, Tally()).add(hit)

    def merge(self, later: Tallies) -> None:
        """Add what was found in later records."""
        for severity, theirs in later.by_severity.items():
            ours = self.by_severity.setdefault(severity, Tally())
            ours.count += theirs.count
            ours.examples = (ours.examples + theirs.examples)[:EXAMPLES]

    def dump(self) -> State:
        """Return the serialised form."""
        written: list[_Tally] = [
            {"severity": severity, "count": tally.count, "examples": [asdict(hit) for hit in tally.examples]}
            for severity, tally in self.by_severity.items()
        ]
        return {"tallies": written}

    def load(self, state: State) -> None:
        """Restore the state that `dump` returned."""
        self.by_severity = {
            _severity(tally["severity"]): Tally(tally["count"], list(map(_hit, tally["examples"])))
            for tally in cast(list[_Tally], state["tallies"])
        }


def _hit(written: dict[str, str | int | None]) -> Hit:
    hit = cast(Callable[..., Hit], Hit)(**written)
    return replace(hit, severity=_severity(hit.severity))


def _severity(name: str | None) -> Severity | None:
    return None if name is None else Severity(name)


def first_of(hits: Iterator[Hit], count: int) -> Iterator[Hit]:
    """Yield the first few of `count` hits; the last of them represents the rest. For vectorised checks."""
    kept = min(EXAMPLES, count)
    for index, hit in zip(range(kept), hits, strict=False):
        yield replace(hit, count=count - kept + 1) if index == kept - 1 else hit
