"""What a check of records keeps: a count and the first few examples, small and mergeable: shards are scanned in parallel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.rule import Rule

EXAMPLES = 3


@dataclass(frozen=True)
class Hit:
    """One thing that a check found."""

    file: str
    message: str
    """A sentence with the values."""
    record: int | None = None
    field: str | None = None
    hint: str | None = None
    severity: Severity | None = None
    """Where it is not the rule's."""
    count: int = 1
    """How many of its kind it stands for."""


@dataclass
class Tally:
    """The hits of one rule and one severity."""

    count: int = 0
    examples: list[Hit] = field(default_factory=list)

    def add(self, hit: Hit) -> None:
        """Counts a hit; keeps it if it is among the first."""
        self.count += hit.count
        if len(self.examples) < EXAMPLES:
            self.examples.append(hit)


Key = tuple[str, Severity | None]


@dataclass
class Tallies:
    """The hits of all rules."""

    by_key: dict[Key, Tally] = field(default_factory=dict)

    def add(self, rule: Rule, hits: Iterable[Hit]) -> None:
        """Counts the hits of a rule."""
        for hit in hits:
            self.by_key.setdefault((rule.code, hit.severity), Tally()).add(hit)

    def merge(self, other: Tallies) -> None:
        """Adds what a later shard has found."""
        for key, theirs in other.by_key.items():
            ours = self.by_key.setdefault(key, Tally())
            ours.count += theirs.count
            ours.examples = (ours.examples + theirs.examples)[:EXAMPLES]

    def findings(self, rules: Iterable[Rule], *, training: bool) -> Iterator[Finding]:
        """One finding for each rule and severity that was hit, in the order of the rules.

        Training reads no evaluation input: what is an error there is a warning.
        """
        for rule in rules:
            for (code, severity), tally in self.by_key.items():
                if code == rule.code:
                    yield _finding(rule, severity, tally, training)


def _finding(rule: Rule, severity: Severity | None, tally: Tally, training: bool) -> Finding:
    first = tally.examples[0]
    level = severity or rule.severity
    message = first.message
    if not training:
        level = Severity.WARNING if level is Severity.ERROR else level
        message = f"{message} (Evaluation only: training does not read this file.)"
    where = Where(file=first.file, record=first.record, field=first.field)
    return rule.finding(message, first.hint, where=where, count=max(1, tally.count), severity=level)


def first_of(hits: Iterator[Hit], count: int) -> Iterator[Hit]:
    """The first few of `count` hits, the last of them standing for the rest: what a vectorised check yields."""
    kept = min(EXAMPLES, count)
    for index, hit in zip(range(kept), hits, strict=False):
        yield replace(hit, count=count - kept + 1) if index == kept - 1 else hit
