"""The bytes of a checkpoint, read without TensorFlow."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import message_class
from detector_trainer.validation.checkpoint import OBJECT_GRAPH, Checkpoint, read_checkpoint
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
