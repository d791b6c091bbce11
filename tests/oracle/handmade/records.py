"""The records: their files, and the boxes, classes, masks and keypoints in them."""

from __future__ import annotations

from oracle.bases import KEYPOINT, MASK
from oracle.case import Edit
from oracle.handmade.row import Row, case, config
from support.mutations import BOX, CLASS

SIDES = ("ymin", "xmin", "ymax", "xmax")


def box(entries: str, name: str, side: str, value: float | str, base: str = "plain") -> Row:
    """A row with another side of the one box of record 1."""
    return case(entries, name, ["feature", 1, BOX + side, "float", [value]], base=base)


def no_sides(*records: int) -> list[Edit]:
    """No features of boxes."""
    names = [BOX + side for side in SIDES] + [CLASS + "text", CLASS + "label"]
    return [["feature", record, name, None] for record in records for name in names]


RECORDS = (
    case("20", "a text that is not in the map", ["feature", 1, CLASS + "text", "bytes", ["cow"]]),
    case("20", "the same under a crop", ["feature", 1, CLASS + "text", "bytes", ["cow"]], base="crop"),
    case("21", "a label above num_classes", ["feature", 1, CLASS + "label", "int", [3]], base="no map"),
    case("21", "label 0", ["feature", 1, CLASS + "label", "int", [0]], base="no map"),
    case("22", "text against label", ["feature", 1, CLASS + "label", "int", [1]]),
    case("22", "an empty text", ["feature", 1, CLASS + "text", "bytes", [""]], ["feature", 1, CLASS + "label", "int", [1]]),
    case("23", "0 bytes", ["file-cut", 0]),
    case("23", "11 bytes", ["file-cut", 11]),
    case("24", "cut off", ["file-cut", 500]),
    case("24", "a flipped byte", ["file-byte", 600, 7]),
    case("24", "gzip", ["file-gzip"]),
    case("24", "seven bytes behind", ["file-append", "1234567"]),
    case("26", "boxes under other names", *no_sides(0, 1, 2), ["feature", 0, "image/object/bbox/x_min", "float", [0.1]]),
    case("26", "no image/encoded", ["feature", 1, "image/encoded", None]),
    case("27", "boxes as ints", ["feature", 1, BOX + "xmin", "int", [0]]),
    case("27", "two heights", ["feature", 1, "image/height", "int", [1, 2]]),
    case("27", "three widths beside numerical masks", ["feature", 1, "image/width", "int", [64, 0, 2]], base="numerical masks"),
    case("28", "two xmin for one box", ["feature", 1, BOX + "xmin", "float", [0.1, 0.2]]),
    case("28", "one label for two boxes", ["feature", 0, CLASS + "text", "bytes", ["cat"]]),
    case("28", "one is_crowd for two boxes", ["feature", 0, "image/object/is_crowd", "int", [0]]),
    case("28", "two texts for one box", ["feature", 1, CLASS + "text", "bytes", ["dog", "cat"]]),
    case("28", "a short group_of", ["feature", 0, "image/object/group_of", "int", [0]]),
    case("28", "a short weight", ["feature", 0, "image/object/weight", "float", [1]]),
    case("28", "a short weight under a crop", ["feature", 0, "image/object/weight", "float", [1]], base="crop"),
    case("29", "no box at all", *no_sides(0, 1, 2)),
    box("30", "xmin above xmax", "xmin", 0.9),
    box("30", "xmin above xmax under a crop", "xmin", 0.9, base="crop"),
    box("31", "pixels", "xmax", 50),
    box("31", "pixels under a crop", "xmax", 50, base="crop"),
    box("N2", "1.05", "xmax", 1.05),
    box("N2", "a little negative", "xmin", -0.01),
    box("32", "NaN", "xmin", "nan"),
    box("32", "NaN under a crop", "xmin", "nan", base="crop"),
    box("32", "infinity", "xmax", "inf"),
    box("32", "infinity under a crop", "xmax", "inf", base="crop"),
    box("32", "no area", "xmin", 0.7),
    case("34", "101 boxes", *(["feature", 1, BOX + side, "float", [value] * 101] for side, value in zip(SIDES, (0.1, 0.1, 0.5, 0.6), strict=True)), ["feature", 1, CLASS + "text", "bytes", ["dog"] * 101], ["feature", 1, CLASS + "label", "int", [2] * 101]),
    case("35", "masks asked for, and none there", ["config", "train_input_reader.load_instance_masks", "true"]),  # vocabulary: quoted
    case("35", "PNG masks read as numbers", ["config", "train_input_reader.mask_type", "NUMERICAL_MASKS"], base="PNG masks"),
    case("35", "a mask short", ["feature", 0, MASK, "float", [1.0] * 64 * 48], base="numerical masks"),
    case("35", "keypoints short", ["feature", 0, KEYPOINT + "x", "float", [0.5] * 5], base="keypoints"),
    config("35", "another num_keypoints", "train_input_reader.num_keypoints", "4", base="keypoints"),
    case("36", "no proto", ["payload", 1, "hello world"]),
    case("N1", "a record without boxes", *no_sides(1)),
    case("N1", "a record without boxes under a crop", *no_sides(1), base="crop"),
    case("N4", "texts without labels", *(["feature", record, CLASS + "label", None] for record in range(3))),
    case("N4", "labels without texts", *(["feature", record, CLASS + "text", None] for record in range(3))),
    case("N13", "difficult of each box", ["feature", 0, "image/object/difficult", "int", [0, 1]]),
)  # fmt: skip
