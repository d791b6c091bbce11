"""Accumulators: what a check adds up over the records of a reader. They merge and serialise, so that any process can scan a file.

A check declares it in its own file, and lists it in ACCUMULATORS:

    class TinyBoxes(Sums):
        code = RULE.code
        boxes: int = total()
        first: ResizedBox | None = first_seen(ResizedBox)

        def add(self, chunk, settings): ...

`merge` and the serialised form follow from the declarations of the fields. tests/unit/records/test_accumulators.py verifies for
every accumulator of the chain: accumulators of consecutive records, merged in the order of the records, equal the accumulator of
all these records, byte for byte, wherever the records are divided.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, field, fields
from typing import ClassVar, Generic, NamedTuple, TypeVar, cast, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings

T = TypeVar("T")
Key = TypeVar("Key", str, int)
Tuple = TypeVar("Tuple", bound=NamedTuple)
Same = TypeVar("Same", bound="Accumulator")
Own = TypeVar("Own", bound="Sums")
Written = object
"""A value that JSON has, or a numpy array."""
State = dict[str, Written]
"""The serialised form of an accumulator, by the names of its fields."""
_PART = "part"


class Accumulator(ABC):
    """Sums over the records of a reader."""

    code: str
    """Code of the check that owns it; `shared/NAME` for one that several checks read."""
    version: ClassVar[int] = 1
    """Increase it when a field changes its meaning: partial results of another version are rejected."""

    @abstractmethod
    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Take the next records into account."""

    @abstractmethod
    def merge(self: Same, later: Same) -> None:
        """Merge the accumulator of later records, which must not be used afterwards."""

    @abstractmethod
    def dump(self) -> State:
        """Return the serialised form; equal accumulators have equal forms."""

    @abstractmethod
    def load(self, state: State) -> None:
        """Restore the state that `dump` returned."""


@dataclass_transform()
class Sums(Accumulator):
    """An accumulator whose fields are declared with the functions below. Subclasses are dataclasses."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    def __init_subclass__(cls) -> None:
        dataclass(cls)

    def merge(self: Own, later: Own) -> None:
        """Merge field by field."""
        for name, part in _parts(self):
            setattr(self, name, part.merge(getattr(self, name), getattr(later, name)))

    def dump(self) -> State:
        """Return the serialised form of the fields."""
        return {name: part.dump(getattr(self, name)) for name, part in _parts(self)}

    def load(self, state: State) -> None:
        """Restore the state that `dump` returned."""
        for name, part in _parts(self):
            setattr(self, name, part.load(state[name]))


@dataclass(frozen=True)
class Part(Generic[T]):
    """How a field is merged and serialised."""

    merge: Callable[[T, T], T]
    """Merges the earlier and the later value."""
    dump: Callable[[T], Written]
    load: Callable[[Written], T]


def _parts(sums: Sums) -> Iterator[tuple[str, Part[object]]]:
    for each in fields(sums):
        yield each.name, each.metadata[_PART]


def part(
    empty: Callable[[], T],
    merge: Callable[[T, T], T],
    dump: Callable[[T], Written] = lambda value: value,
    load: Callable[[Written], T] | None = None,
) -> T:
    """Declare a field with its own way of merging. Without `dump` and `load` its value is serialised unchanged."""
    load = load or (lambda value: cast(T, value))
    return field(default_factory=empty, metadata={_PART: Part(merge, dump, load)})


def total() -> int:
    """Declare a sum."""
    return part(int, int.__add__)


def largest() -> int:
    """Declare a maximum of numbers that are not negative."""
    return part(int, max)


def ever() -> bool:
    """Declare a flag that is true once something was seen."""
    return part(bool, lambda ours, theirs: ours or theirs)


def first_seen(kind: Callable[..., Tuple]) -> Tuple | None:
    """Declare the first example: a NamedTuple of JSON values, and of tuples of these."""

    def earlier(ours: Tuple | None, theirs: Tuple | None) -> Tuple | None:
        return theirs if ours is None else ours

    return part(lambda: None, earlier, load=lambda value: None if value is None else named(kind, value))


def counts(key: type[Key]) -> Counter[Key]:  # noqa: ARG001 - for the type checker
    """Declare counts by key, in the order in which the keys were first seen."""

    def both(ours: Counter[Key], theirs: Counter[Key]) -> Counter[Key]:
        ours.update(theirs)
        return ours

    return part(Counter, both, dump=lambda value: [[key, number] for key, number in value.items()], load=_counter)


def _counter(pairs: Written) -> Counter[Key]:
    return Counter(dict(cast("list[tuple[Key, int]]", pairs)))


def column() -> array[int]:
    """Declare a growing array of uint64, for example one per record."""

    def both(ours: array[int], theirs: array[int]) -> array[int]:
        ours += theirs
        return ours

    return part(
        lambda: array("Q"),
        both,
        dump=lambda value: np.array(value, "<u8"),
        load=lambda value: array("Q", cast(NDArray[np.uint64], value).astype(np.uint64).tobytes()),
    )


def histogram(bins: int) -> NDArray[np.int64]:
    """Declare counts by bin: int64 of shape [bins]."""
    return part(
        lambda: np.zeros(bins, np.int64),
        lambda ours, theirs: ours + theirs,
        dump=lambda value: value.astype("<i8"),
        load=lambda value: cast(NDArray[np.int64], value).astype(np.int64),
    )


def named(kind: Callable[..., Tuple], values: Written) -> Tuple:
    """Create a NamedTuple from its JSON values, in which tuples have become lists."""
    return kind(*(tuple(value) if isinstance(value, list) else value for value in cast("list[Written]", values)))
