"""Checkpoint indexes that are built to grow, and state files of any text: read in bounds, or refused with a reason."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector_trainer.checkpoints.checkpoint import MAX_KEYS_BYTES, MAX_SHARDS, MAX_TENSORS, latest_checkpoint, read_checkpoint
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import message_class
from detector_trainer.validation.checks.run import resume_from_nowhere
from detector_trainer.validation.inputs import Inputs
from fuzz.mutate import TEXT_STEPS, mutate
from fuzz.test_parts import WATCHED, folder, many, said
from support.checkpoints import block, header, table
from support.memory import peak_growth

assert folder
Entry: Any = message_class("tensorflow.BundleEntryProto")
NUMBERS = st.sampled_from([0, 1, 8, 200, 1 << 20, 1 << 31, (1 << 62) - 1, -1]) | st.integers(-100, 1 << 20)
MEMORY = 192 << 20


@st.composite
def entries(draw: Any) -> bytes:
    shape = draw(st.lists(st.sampled_from([0, 1, 5, 1 << 40, -1]), max_size=3))
    message = Entry(
        dtype=draw(st.sampled_from([1, 3, 7, 9, 99])),
        shape={"dim": [{"size": size} for size in shape]},
        shard_id=draw(st.sampled_from([0, 1, 7, -1])),
        offset=draw(NUMBERS),
        size=draw(NUMBERS),
        crc32c=draw(st.integers(0, 2**32 - 1)),
    )
    return bytes(message.SerializeToString())


KEYS = st.sampled_from([b"_CHECKPOINTABLE_OBJECT_GRAPH", b"step/.ATTRIBUTES/VARIABLE_VALUE"]) | st.binary(max_size=30)
ENTRY = st.tuples(st.sampled_from([0, 0, 0, 3, 4000, 1 << 40]), KEYS, entries() | st.binary(max_size=10))


@st.composite
def indexes(draw: Any) -> bytes:
    shards = draw(st.sampled_from([0, 1, 2, 300, 1 << 20, (1 << 31) - 1, -1]))
    few = draw(st.lists(ENTRY, max_size=6))
    long = (0, b"n" * draw(st.sampled_from([0, 10, 4090, 5000])), b"")
    grown = [(4080, number.to_bytes(3, "big"), b"") for number in range(draw(st.sampled_from([0, 0, 10, 20_000])))]
    return table([block([header(shards), *few, long, *grown])], repeat=draw(st.sampled_from([1, 1, 1, 2, 5000])))


@WATCHED
@many(20)
@given(index=indexes(), data=st.binary(max_size=400))
def test_an_index_that_is_built_to_grow(watch: Any, folder: Path, index: bytes, data: bytes):
    (folder / "ckpt-7.index").write_bytes(index)
    (folder / "ckpt-7.data-00000-of-00001").write_bytes(data)
    watch.begin()

    def read() -> None:
        try:
            checkpoint = read_checkpoint(str(folder / "ckpt-7"))
        except Unreadable as problem:
            said(problem)
            return
        assert len(checkpoint.entries) <= MAX_TENSORS
        assert sum(map(len, checkpoint.entries)) <= MAX_KEYS_BYTES
        assert 0 <= checkpoint.shards <= MAX_SHARDS
        for fact in ("object_graph", "roots", "step"):
            if checkpoint.is_object_based:
                with suppress(Unreadable):
                    getattr(checkpoint, fact)
        for name, problem in islice(checkpoint.damaged(), 100):
            assert name in checkpoint.entries
            said(problem)

    assert peak_growth(read) < MEMORY


STATE = b"""model_checkpoint_path: "ckpt-7"
all_model_checkpoint_paths: "ckpt-6"
all_model_checkpoint_paths: "ckpt-7"
all_model_checkpoint_timestamps: 1700000000.25
"""


@WATCHED
@many(50)
@given(steps=TEXT_STEPS)
def test_a_state_file(watch: Any, folder: Path, steps: list[Any]):
    model_dir = folder / "model"
    model_dir.mkdir(exist_ok=True)
    (model_dir / "checkpoint").write_bytes(mutate(STATE, steps))
    watch.begin()
    try:
        latest = latest_checkpoint(str(model_dir))
        assert latest is None or "\n" not in latest.named
    except Unreadable as problem:
        said(problem)
    for finding in resume_from_nowhere.check(Inputs("pipeline.config", model_dir=str(model_dir))):
        assert finding.message
        assert len(finding.model_dump_json()) < 20_000


@WATCHED
@pytest.mark.usefixtures("watch")
def test_a_state_file_that_is_not_damaged_is_read(folder: Path):
    (folder / "checkpoint").write_bytes(STATE)
    latest = latest_checkpoint(str(folder))
    assert latest is not None
    assert latest.prefix == str(folder / "ckpt-7")
