"""A row, how it is made, and the fields of the config that rows of several modules change."""

from __future__ import annotations

from typing import NamedTuple

from oracle.case import Case, Edit

INPUT = "train_input_reader.tf_record_input_reader.input_path"
EXTRACTOR, ANCHORS = "model.ssd.feature_extractor", "model.ssd.anchor_generator"
LEVELS, GRID = f"{EXTRACTOR}.fpn", f"{ANCHORS}.multiscale_anchor_generator"
STAGES = "model.faster_rcnn"
CENTER_NET = "model.center_net"
KEYPOINT_TASK = f"{CENTER_NET}.keypoint_estimation_task[0]"


class Row(NamedTuple):
    """A case with a name, and the entries of the catalogue that it is of: `30`, or `N4` for the fourth of what must not be rejected."""

    entries: str
    name: str
    case: Case


def case(entries: str, name: str, *edits: Edit, base: str = "plain") -> Row:
    """A row."""
    return Row(entries, name, Case(base, list(edits)))


def config(entries: str, name: str, path: str, text: str | None, *more: Edit, base: str = "plain") -> Row:
    """A row that differs in one field of the config."""
    return case(entries, name, ["config", path, text], *more, base=base)
