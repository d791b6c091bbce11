"""Readers of single things, fed damaged ones: they return a value, or raise the one error that names the fault."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from detector_trainer.checkpoints.checkpoint import read_checkpoint
from detector_trainer.pipeline.label_map import read_label_map
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.records.appearance import ImageQuality
from detector_trainer.records.image import State, inspect
from fuzz.mutate import STEPS, TEXT_STEPS, mutate
from fuzz.repaired import png_checksums, table_checksums
from support.inputs import SOUND
from support.mutations import picture

WATCHED = pytest.mark.usefixtures("watch")
CONFIG = (SOUND / "pipeline.config").read_bytes()
LABEL_MAP = b"""# two animals, and one with all that a label map can say
item { id: 1 name: 'cat' }
item { id: 2 name: "dog" display_name: "Dog" }
item {
  id: 3
  name: "bird"
  keypoints { id: 0 label: "beak" }
  keypoints { id: 1 label: "tail" }
  ancestor_ids: [1, 2]
  frequency: RARE
}
"""
INDEX = (SOUND / "checkpoint" / "ckpt-2.index").read_bytes()
DATA = (SOUND / "checkpoint" / "ckpt-2.data-00000-of-00001").read_bytes()


def many(share: int) -> Any:
    """So many examples, or as many times more as a profile wants."""
    return settings(max_examples=max(1, share * settings().max_examples // 150))


def several(kind: str) -> bytes:
    frames = [Image.new("L", (20, 20), shade) for shade in (10, 200)]
    data = io.BytesIO()
    frames[0].save(data, kind, save_all=True, append_images=frames[1:])
    return data.getvalue()


IMAGES = {
    "jpeg": picture(),
    "progressive jpeg": picture(progressive=True),
    "grey jpeg": picture(mode="L"),
    "cmyk jpeg": picture(mode="CMYK"),
    "png": picture(kind="PNG"),
    "png with a palette": picture(kind="PNG", mode="P"),
    "png with alpha": picture(kind="PNG", mode="RGBA"),
    "bmp": picture(kind="BMP"),
    "grey bmp": picture(kind="BMP", mode="L"),
    "gif": several("GIF"),
    "webp": several("WEBP"),
}


@WATCHED
@pytest.mark.parametrize("kind", IMAGES)
@many(60)
@given(steps=STEPS, repaired=st.booleans())
def test_an_image(watch: Any, kind: str, steps: list[Any], repaired: bool):
    data = mutate(IMAGES[kind], steps)
    data = png_checksums(data) if repaired and "png" in kind else data
    watch.begin()
    looks, seen = ImageQuality(), []

    def see(small: np.ndarray) -> None:
        seen.append(small)
        looks.add(0, small)

    fact = inspect(memoryview(data), decoding=True, see=see, every_png=True)
    assert not seen or fact.state is State.SOUND
    assert all(small.dtype == np.uint8 and small.ndim == 2 and small.size for small in seen)
    assert looks.finish(1).seen[0] == bool(seen)
    assert fact.state is State.SOUND or fact.state is State.MISSING or fact.detail


def said(problem: Unreadable) -> None:
    assert problem.problem
    assert problem.hint


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@WATCHED
@many(150)
@given(steps=TEXT_STEPS)
def test_a_label_map(watch: Any, folder: Path, steps: list[Any]):
    path = folder / "map.pbtxt"
    path.write_bytes(mutate(LABEL_MAP, steps))
    watch.begin()
    try:
        found = read_label_map(str(path))
    except Unreadable as problem:
        said(problem)
    else:
        assert isinstance(found.max_id, int)
        assert isinstance(found.id_of("cat"), int)


@WATCHED
@many(150)
@given(steps=TEXT_STEPS)
def test_a_pipeline_config(watch: Any, folder: Path, steps: list[Any]):
    path = folder / "pipeline.config"
    path.write_bytes(mutate(CONFIG, steps))
    watch.begin()
    try:
        assert read_pipeline_config(str(path)).message is not None
    except Unreadable as problem:
        said(problem)


@WATCHED
@many(150)
@given(steps=STEPS, damaged_data=st.none() | STEPS, repaired=st.booleans())
def test_a_checkpoint(watch: Any, folder: Path, steps: list[Any], damaged_data: list[Any] | None, repaired: bool):
    index = mutate(INDEX, steps)
    (folder / "ckpt-2.index").write_bytes(table_checksums(index) if repaired else index)
    (folder / "ckpt-2.data-00000-of-00001").write_bytes(DATA if damaged_data is None else mutate(DATA, damaged_data))
    watch.begin()
    try:
        checkpoint = read_checkpoint(str(folder / "ckpt-2"))
    except Unreadable as problem:
        said(problem)
        return
    assert checkpoint.shapes.keys() == checkpoint.entries.keys()
    for fact in ("object_graph", "roots", "step"):
        if checkpoint.is_object_based:
            with suppress(Unreadable):
                getattr(checkpoint, fact)
    with suppress(Unreadable):
        checkpoint.verify()


@WATCHED
def test_what_is_not_damaged_is_read(folder: Path):
    """Else nothing above would be reached."""
    (folder / "map.pbtxt").write_bytes(LABEL_MAP)
    assert read_label_map(str(folder / "map.pbtxt")).max_id == 3
    for name, data in (("ckpt-2.index", table_checksums(INDEX)), ("ckpt-2.data-00000-of-00001", DATA)):
        (folder / name).write_bytes(data)
    assert (folder / "ckpt-2.index").read_bytes() == INDEX
    read_checkpoint(str(folder / "ckpt-2")).verify()
    assert png_checksums(IMAGES["png"]) == IMAGES["png"]
    states = {kind: inspect(memoryview(data), decoding=True).state for kind, data in IMAGES.items()}
    assert {kind for kind, state in states.items() if state is not State.SOUND} == {"gif", "webp"}
