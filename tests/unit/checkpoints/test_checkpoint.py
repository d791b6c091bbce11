"""The bytes of a checkpoint, read without TensorFlow."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from detector_trainer.checkpoints import checkpoint
from detector_trainer.checkpoints.checkpoint import (
    MAX_KEYS_BYTES,
    OBJECT_GRAPH,
    STRING,
    STRINGS_AT_ONCE,
    Checkpoint,
    _masked,
    read_checkpoint,
    string_lengths,
)
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import message_class
from support.checkpoints import block, header, strings, table
from support.inputs import SOUND

PREFIX = "ckpt-2"


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    shutil.copytree(SOUND / "checkpoint", tmp_path / "checkpoint")
    return str(tmp_path / "checkpoint" / PREFIX)


def data_of(prefix: str) -> Path:
    return Path(f"{prefix}.data-00000-of-00001")


def test_a_sound_one_has_no_damage(prefix: str):
    assert list(read_checkpoint(prefix).damaged()) == []


@pytest.mark.parametrize("name", [OBJECT_GRAPH, "save_counter/.ATTRIBUTES/VARIABLE_VALUE", "step/.ATTRIBUTES/VARIABLE_VALUE"])
def test_a_flipped_bit_is_told_by_the_tensor_that_it_is_in(prefix: str, name: str):
    """Strings too, whose checksum is of more than their bytes."""
    entry = read_checkpoint(prefix).entries[name]
    content = bytearray(data_of(prefix).read_bytes())
    content[entry.offset + entry.size - 1] ^= 0x10
    data_of(prefix).write_bytes(content)
    ((damaged, problem),) = read_checkpoint(prefix).damaged()
    assert damaged == name
    assert str(problem) == f"{data_of(prefix)} is damaged: the checksum of tensor {name} does not match"


def test_a_data_file_that_was_cut_names_what_is_behind_the_cut(prefix: str):
    index = read_checkpoint(prefix)
    middle = data_of(prefix).stat().st_size // 2
    data_of(prefix).write_bytes(data_of(prefix).read_bytes()[:middle])
    lost = dict(index.damaged())
    assert lost.keys() == {name for name, entry in index.entries.items() if entry.offset + entry.size > middle}
    name, problem = next(iter(lost.items()))
    assert (problem.kind, problem.path) == ("truncated", str(data_of(prefix)))
    assert f"it has {middle:,} bytes, and tensor {name} ends at byte" in str(problem)


def test_without_its_data_file_every_tensor_is_lost(prefix: str):
    data_of(prefix).unlink()
    index = read_checkpoint(prefix)
    assert dict(index.damaged()).keys() == index.entries.keys()
    with pytest.raises(Unreadable, match="is missing"):
        index.verify()


def test_a_size_that_does_not_fit_the_shape_is_damage(prefix: str):
    index = read_checkpoint(prefix)
    name = next(name for name, entry in index.entries.items() if entry.shape.dim)
    index.entries[name].shape.dim[0].size += 1
    assert [damaged for damaged, _ in index.damaged()] == [name]


def test_an_index_whose_places_are_negative_ends_in_a_verdict(prefix: str):
    index = read_checkpoint(prefix)
    index.entries[OBJECT_GRAPH].size = -1
    assert [damaged for damaged, _ in index.damaged()] == [OBJECT_GRAPH]
    with pytest.raises(Unreadable, match="the index is damaged"):
        _ = index.roots


def test_an_object_graph_that_refers_to_what_is_not_there_is_damage(prefix: str, monkeypatch: pytest.MonkeyPatch):
    graph: Any = message_class("tensorflow.TrackableObjectGraph")()
    graph.nodes.add().children.add(local_name="model", node_id=7)
    monkeypatch.setattr(Checkpoint, "string", lambda *_: graph.SerializeToString())
    with pytest.raises(Unreadable, match="the object graph in it cannot be read"):
        _ = read_checkpoint(prefix).roots


# What a small file can make of itself


def test_the_lengths_of_strings_are_given_in_pieces():
    """They were appended to one string, copied each time: 320,000 took 67 s."""
    count = 3 * STRINGS_AT_ONCE + 5
    data = b"\x05" * count + b"and what follows"
    pieces = list(string_lengths(data, count))
    assert b"".join(lengths for lengths, _ in pieces) == struct.pack("<I", 5) * count
    assert max(len(lengths) for lengths, _ in pieces) == 4 * STRINGS_AT_ONCE
    assert pieces[-1][1] == count


def test_a_tensor_of_many_strings_is_sound(prefix: str):
    values = [b"x" * (number % 300) for number in range(STRINGS_AT_ONCE + 7)]
    data, crc = strings(values)
    index = read_checkpoint(prefix)
    entry = next(iter(index.entries.values()))
    entry.dtype, entry.offset, entry.size, entry.crc32c = STRING, 0, len(data), _masked(crc)
    entry.shape.Clear()
    entry.shape.dim.add(size=len(values))
    data_of(prefix).write_bytes(data)
    name = next(iter(index.entries))
    assert name not in dict(index.damaged())
    entry.crc32c ^= 1
    assert name in dict(index.damaged())


def test_a_tensor_of_strings_too_large_to_be_checked_is_not_called_damaged(prefix: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoint, "MAX_STRING_BYTES", 10)
    assert list(read_checkpoint(prefix).damaged()) == []


INDEXES = {
    "names that share their beginning": table(
        [block([header(), (0, b"n" * 4000, b""), *((4000, number.to_bytes(3, "big"), b"") for number in range(20_000))])]
    ),
    "a block that is named again and again": table([block([header(), (0, b"n" * 1000, b"")])], repeat=100_000),
    "more tensors than any model": table(
        [block([header(), *((0, number.to_bytes(3, "big"), b"") for number in range(250_000))])]
    ),
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_an_index_that_grows_when_it_is_read_is_none(tmp_path: Path, index: bytes, monkeypatch: pytest.MonkeyPatch):
    read = []
    blocks = checkpoint._block

    def counted(data: bytes, offset: int, size: int):
        for key, value in blocks(data, offset, size):
            read.append(len(key))
            yield key, value

    monkeypatch.setattr(checkpoint, "_block", counted)
    (tmp_path / "ckpt-1.index").write_bytes(index)
    with pytest.raises(Unreadable, match=r"blocks overlap|more tensors than a checkpoint has"):
        read_checkpoint(str(tmp_path / "ckpt-1"))
    assert len(read) <= 300_000
    assert sum(read) <= MAX_KEYS_BYTES + 300_000


@pytest.mark.parametrize("shards", [2**31 - 1, 10_001, -1])
def test_an_index_of_more_data_files_than_there_can_be_is_none(tmp_path: Path, shards: int):
    """Their paths are made for the fingerprint: two billion of them."""
    (tmp_path / "ckpt-1.index").write_bytes(table([block([header(shards)])]))
    with pytest.raises(Unreadable, match="its number of data files makes no sense"):
        read_checkpoint(str(tmp_path / "ckpt-1"))


def test_an_object_graph_of_more_bytes_than_any_model_has_is_not_parsed(prefix: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoint, "MAX_GRAPH_BYTES", 10)
    with pytest.raises(Unreadable, match="the object graph in it cannot be read"):
        _ = read_checkpoint(prefix).roots
