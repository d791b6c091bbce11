"""Mutations of valid inputs, the same for the same seed: any field of the config, the label map, any feature or byte of a record."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from oracle.bases import BASES, LABEL_MAP
from oracle.case import Case, Edit, Impossible, Written

Rng = random.Random
PARTS = (
    "config",
    "config",
    "model",
    "config text",
    "label map",
    "feature",
    "feature",
    "feature",
    "image",
    "file",
    "file",
    "checkpoint",
)
"""What a case changes, each with a probability by how often it is listed here; `model` is the config of another architecture."""
SSDS = "plain", "plain", "plain", "crop", "from scratch"
ARCHITECTURES = (
    "Faster R-CNN", "EfficientDet", "CenterNet", "RetinaNet",
    "Mask R-CNN", "Faster R-CNN with context", "Faster R-CNN with an FPN", "CenterNet with keypoints", "CenterNet with masks", "DeepMAC",
)  # fmt: skip
DECISIVE = (
    "plain", "plain", "plain", "plain", "crop", "crop", "no map", "keep aspect", "numerical masks", "PNG masks", "keypoints",
    "dense poses", "scores", "channels", "Faster R-CNN with context", "CenterNet with keypoints", "CenterNet with masks",
)  # fmt: skip
BASES_OF = {"config": SSDS, "checkpoint": SSDS, "model": ARCHITECTURES}
"""What the cases of a part begin from, where not from the decisive bases."""


def cases(seed: int, count: int, only: str | None = None) -> Iterator[Case]:
    """That many cases; of some of `PARTS` only, if they are named, with commas between them."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        made = 0
        while made < count:
            part = rng.choice(only.split(",") if only else PARTS)
            base = rng.choice(BASES_OF.get(part, DECISIVE))
            sound = Case(base).write(Path(scratch, "case"))
            edits = MAKERS[part](rng, sound)
            if rng.random() < 0.15 and part in ("feature", "label map"):
                edits += MAKERS[rng.choice(("feature", "label map"))](rng, sound)
            case = Case(base, edits)
            try:
                case.write(Path(scratch, "case"))
            except Impossible:
                continue
            made += 1
            yield case


# The config.

NUMBERS: dict[int, tuple[str, ...]] = {
    FieldDescriptor.CPPTYPE_INT32: ("0", "1", "2", "3", "5", "-1", "64", "100"),
    FieldDescriptor.CPPTYPE_INT64: ("0", "1", "2", "3", "5", "-1", "64", "100"),
    FieldDescriptor.CPPTYPE_UINT32: ("0", "1", "2", "3", "5", "64", "100"),
    FieldDescriptor.CPPTYPE_UINT64: ("0", "1", "2", "3", "5", "64", "100"),
    FieldDescriptor.CPPTYPE_FLOAT: ("0", "0.5", "1", "-1", "0.001", "2.5", "1e9", "nan", "inf"),
    FieldDescriptor.CPPTYPE_DOUBLE: ("0", "0.5", "1", "-1", "0.001", "2.5", "1e9", "nan", "inf"),
    FieldDescriptor.CPPTYPE_BOOL: ("true", "false"),
}
PATHS = ("", "/nowhere/at/all", "FOLDER", "FOLDER/*.record", "FOLDER/train.record", "FOLDER/eval.record", "FOLDER/label_map.pbtxt",
         "PATH_TO_BE_CONFIGURED", "FOLDER/tr[a]in.record", "FOLDER/train.recor?", "FOLDER/zoo/ckpt-2.index", "FOLDER/zoo",
         "FOLDER\\\\train.record")  # fmt: skip  # vocabulary: quoted
ROOTS = ("model", "train_config", "train_config", "train_input_reader", "eval_config", "eval_input_reader")


def config(rng: Rng, sound: Written, roots: tuple[str, ...] = ROOTS) -> list[Edit]:
    """Another value of a field, of any message that is there or may be."""
    path, message = "", sound.config
    descriptor = message.DESCRIPTOR.fields_by_name[rng.choice(roots)]
    while True:
        name = f"{path}.{descriptor.name}" if path else descriptor.name
        present = len(getattr(message, descriptor.name)) if descriptor.is_repeated else message.HasField(descriptor.name)
        if descriptor.message_type is None:
            return [["config", name, _value(rng, descriptor, present)]]
        if path and rng.random() < (0.08 if present else 0.25):
            return [["config", name, None if present and rng.random() < 0.6 else "{ }"]]
        if not present:
            message, path = None, name
            break
        if descriptor.message_type.GetOptions().map_entry:
            return [["config", name, None]]
        index = rng.randrange(present) if descriptor.is_repeated else None
        value = getattr(message, descriptor.name)
        message, path = (value, name) if index is None else (value[index], f"{name}[{index}]")
        if not message.DESCRIPTOR.fields:
            return [["config", name, None]]
        fields = message.DESCRIPTOR.fields
        written = [field for field, _ in message.ListFields()]
        descriptor = rng.choice(written if written and rng.random() < 0.6 else fields)
    # A message that was not there: with some field in it, or none.
    inside = descriptor.message_type.fields
    if not inside or rng.random() < 0.4:
        return [["config", path, "{ }"]]
    field = rng.choice(inside)
    text = "{ }" if field.message_type is not None else _value(rng, field, False)
    separator = " " if text is not None and text.startswith("{") else ": "
    return [["config", path, f"{{ {field.name}{separator}{text} }}" if text is not None else "{ }"]]


def _value(rng: Rng, field: Any, present: object) -> str | None:
    if present and rng.random() < 0.25:
        return None
    if field.enum_type is not None:
        return str(rng.choice(list(field.enum_type.values_by_name)))
    if field.cpp_type in NUMBERS:
        return rng.choice(NUMBERS[field.cpp_type])
    return '"' + rng.choice(PATHS if "path" in field.name or "checkpoint" in field.name else ("", "x", "detection", "full")) + '"'


def config_text(rng: Rng, sound: Written) -> list[Edit]:
    """The text: a name that is misspelt, a line that comes twice, is missing or is cut, a strange character."""
    lines = [line for line in sound.pipeline.read_text().splitlines(keepends=True) if sound.pipeline.read_text().count(line) == 1]
    line = rng.choice(lines).replace(str(sound.folder), "FOLDER")
    at = rng.randrange(len(line))
    return [
        [
            "config-text",
            line,
            rng.choice(
                (
                    line + line,
                    "",
                    line[:at] + line[at + 1 :],
                    line[:at] + rng.choice("abz_:{}\"'#,;<>\\ \t\r1.-\N{LEFT DOUBLE QUOTATION MARK}\ufeff\0") + line[at:],
                    line[:at] + line[at:].swapcase(),
                    line.replace(":", " :\n"),
                    f"# {line}",
                )
            ),
        ]
    ]


# The label map.

NAMES = ("cat", "dog", "Cat", " cat", "cat ", "", "cow", "background", "c\u00e4t")
IDS = ("1", "2", "0", "-1", "3", "90", "2147483647", "2147483648", "1.5", "0x1", '"1"')


def label_map(rng: Rng, sound: Written) -> list[Edit]:  # noqa: ARG001
    """Items with other names and ids, in another structure, or damaged as text."""
    chance = rng.random()
    if chance < 0.55:
        items = [(name, number) for name, number in (("cat", "1"), ("dog", "2"), ("cow", "3"))[: rng.choice((2, 2, 2, 3, 1))]]
        written = [_item(rng, name, number, rng.random() < 0.6) for name, number in items]
        if rng.random() < 0.2:
            written.append(rng.choice(written))
        if rng.random() < 0.2:
            rng.shuffle(written)
        text = "\n".join(written)
    else:
        text = LABEL_MAP
        at = rng.randrange(len(text))
        text = rng.choice(
            (
                text[:at],
                text[:at] + text[at + 1 :],
                text[:at] + rng.choice("\"'{}:#,;x1-\\\0\n") + text[at:],
                text[:at] + chr(rng.randrange(1, 0x2100)) + text[at + 1 :],
                text.replace("'", '"'),
                text.replace("\n", ","),
                text.replace("item", "items", 1),
                text.replace("{", "<").replace("}", ">"),
                text.replace("item {", "item: {"),
                "\ufeff" + text,
                "latin-1:" + text.encode("utf-16").decode("latin-1"),
                "latin-1:" + text.replace("cat", "c\xe4t"),
                "",
                " \n",
                "# nothing\n",
                "latin-1:\x0a\x07\x0a\x03cat\x10\x01\x0a\x07\x0a\x03dog\x10\x02",
            )
        )
    return [["label-map", text]]


def _item(rng: Rng, name: str, number: str, sound: bool) -> str:
    fields = [f"name: '{name}'", f"id: {number}"]
    if not sound:
        what = rng.randrange(6)
        if what == 0:
            fields[0] = f"name: '{rng.choice(NAMES)}'"
        elif what == 1:
            fields[1] = f"id: {rng.choice(IDS)}"
        elif what == 2:
            fields.append(f"display_name: '{rng.choice(NAMES)}'")
        elif what == 3:
            fields[0] = f"display_name: '{name}'"
        elif what == 4:
            del fields[rng.randrange(2)]
        else:
            fields.append(
                rng.choice((f"id: {rng.choice(IDS)}", f"name: '{rng.choice(NAMES)}'", "frequency: RARE", "instance_count: 4"))
            )
    if rng.random() < 0.3:
        fields.reverse()
    return f"item {{ {rng.choice((' ', chr(10), ', ')).join(fields)} }}"


# The records.

SIDES = tuple(f"image/object/bbox/{side}" for side in ("ymin", "xmin", "ymax", "xmax"))
FLOATS = (0.0, 0.5, 1.0, 1.05, 1.1, 1.2, -0.01, -5.0, 60.0, 1e-9, 1e30, "nan", "inf", "-inf")
INTS = (0, 1, 2, 3, -1, 90, 1 << 31, -(1 << 63))
BYTES = ("", "cat", "dog", "Cat", "cow", " cat", "c\xe4t", "raw", "png", "jpeg", "/data/cat.jpg")
MORE = ("image/object/area", "image/object/is_crowd", "image/object/difficult", "image/object/group_of", "image/object/weight",
        "image/class/label", "image/class/text", "image/key/sha256", "image/neg_category_ids",
        "image/not_exhaustive_category_ids", "image/object/mask", "image/object/keypoint/x", "image/object/bbox/xmins",
        "image/class/confidence", "image/object/class/multiclass_scores")  # fmt: skip


def feature(rng: Rng, sound: Written) -> list[Edit]:
    """Another feature of a record: missing, of another kind or length, with other values; a side of the boxes more often."""
    record = rng.randrange(len(sound.messages))
    features = sound.messages[record].features.feature
    name = rng.choice((*sorted(features), *SIDES, "image/object/class/text", "image/object/class/label", rng.choice(MORE)))
    kind = features[name].WhichOneof("kind") if name in features else rng.choice(("float_list", "int64_list", "bytes_list"))
    values = list(getattr(features[name], kind).value) if name in features else []
    short = {"float_list": "float", "int64_list": "int", "bytes_list": "bytes"}[kind]
    if short == "bytes":
        values = [value.decode("latin-1") for value in values]
    if short == "float":
        values = [round(value, 6) for value in values]
    chance = rng.random()
    if name == "image/encoded":
        values = values if chance > 0.8 else values[:0]
    if chance < 0.12:
        return [["feature", record, name, None]]
    if chance < 0.22:
        short = rng.choice(("float", "int", "bytes", "none"))
        pool: tuple[Any, ...] = {"float": FLOATS, "int": INTS, "bytes": BYTES, "none": ()}[short]
        return [
            ["feature", record, name, short, [rng.choice(pool) for _ in range(len(values) or rng.randrange(3))] if pool else []]
        ]
    pool = {"float": FLOATS, "int": INTS, "bytes": BYTES}[short]
    if chance < 0.36 and len(values) < 50:
        length = rng.choice((0, 1, len(values) + 1, max(0, len(values) - 1), 2 * len(values), 3))
        return [["feature", record, name, short, [*values, *(rng.choice(pool[:3]) for _ in range(length))][:length]]]
    if len(values) > 50:
        return [["feature", record, name, short, values[: rng.choice((1, len(values) - 1, len(values) // 2))]]]
    if not values:
        values = [rng.choice(pool) for _ in range(rng.choice((1, 2, 3)))]
    values[rng.randrange(len(values))] = rng.choice(pool)
    return [["feature", record, name, short, values]]


def image(rng: Rng, sound: Written) -> list[Edit]:
    """Another picture: of another kind or size, cut, with another byte, with bytes after it."""
    record = rng.randrange(len(sound.messages))
    size = len(sound._image(record))
    chance = rng.random()
    if chance < 0.35:
        kind = rng.choice(("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"))
        mode = rng.choice(("RGB", "L", "CMYK") if kind in ("JPEG", "TIFF") else ("RGB",) if kind == "WEBP" else ("RGB", "L"))
        width, height = rng.choice(((64, 48), (64, 48), (1, 1), (300, 2), (48, 64), (200, 150)))
        return [["image", record, {"kind": kind, "mode": mode, "width": width, "height": height}]]
    if chance < 0.5:
        return [["image-cut", record, rng.randrange(size)]]
    if chance < 0.55:
        return [["image-append", record, rng.choice(("\0", "trailing", "\xff\xd9"))]]
    first = [["image", record, {"kind": rng.choice(("PNG", "BMP")), "width": 64, "height": 48}]] if rng.random() < 0.3 else []
    return [
        *first,
        ["image-byte", record, rng.randrange(min(size, 300) if rng.random() < 0.5 or first else size), rng.randrange(256)],
    ]


def file(rng: Rng, sound: Written) -> list[Edit]:
    """The record file: a byte, a cut, what comes after, fewer records, none, no Example."""
    size = sound.record.stat().st_size
    choices: tuple[Callable[[], list[Edit]], ...] = (
        lambda: [["file-byte", rng.randrange(size), rng.randrange(256)]],
        lambda: [["file-byte", rng.randrange(size), rng.randrange(256)]],
        lambda: [["file-byte", rng.randrange(16), rng.randrange(256)]],
        lambda: [["file-cut", rng.randrange(size)]],
        lambda: [["file-cut", rng.choice((0, 1, 7, 8, 11, 12, 13, 15, 16, 17, size - 1, size - 4, size - 5))]],
        lambda: [["file-append", "x" * rng.choice((1, 7, 11, 12, 16, 40))]],
        lambda: [["file-append", "\0" * rng.choice((1, 7, 11, 12, 16, 40))]],
        lambda: [["file-gzip"]],
        lambda: [["file-missing"]],
        lambda: [["records", rng.choice(([0], [1, 1], [0, 2], []))]],
        lambda: [
            [
                "payload",
                rng.randrange(3),
                rng.choice(("hello world", "\x0a\x00", "\x0a\x05hello", "\xff" * 9, "\x12\x02\x0a\x00")),
            ]
        ],
    )
    return rng.choice(choices)()


def checkpoint(rng: Rng, sound: Written) -> list[Edit]:
    """A file of the checkpoint: cut, with another byte, missing."""
    suffix = rng.choice(("index", "data-00000-of-00001"))
    size = Path(f"{sound.checkpoint}.{suffix}").stat().st_size
    chance = rng.random()
    if chance < 0.3:
        return [["checkpoint-missing", suffix]]
    if chance < 0.6:
        return [["checkpoint-cut", suffix, rng.randrange(size)]]
    return [["checkpoint-byte", suffix, rng.randrange(size), rng.randrange(256)]]


MAKERS: dict[str, Callable[[Rng, Written], list[Edit]]] = {
    "config": config,
    "model": lambda rng, sound: config(rng, sound, ("model",)),
    "config text": config_text,
    "label map": label_map,
    "feature": feature,
    "image": image,
    "file": file,
    "checkpoint": checkpoint,
}
assert {*DECISIVE, *SSDS, *ARCHITECTURES} <= set(BASES)
