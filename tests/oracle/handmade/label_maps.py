"""The label map of the classes, and that of the keypoints of a CenterNet."""

from __future__ import annotations

from oracle.case import Edit
from oracle.handmade.row import Row, case
from support.mutations import CLASS

CAT, DOG = "item { id: 1 name: 'cat' }", "item { id: 2 name: 'dog' }"


def label_map(entries: str, name: str, text: str, *more: Edit, base: str = "plain") -> Row:
    """A row with another label map."""
    return case(entries, name, ["label-map", text], *more, base=base)


LABEL_MAPS = (
    label_map("17", "a syntax error", f"{CAT}\nitem {{ id: 2 name: dog }}"),
    label_map("17", "smart quotes", f"{CAT}\nitem {{ id: 2 name: \N{LEFT SINGLE QUOTATION MARK}dog\N{RIGHT SINGLE QUOTATION MARK} }}"),
    label_map("17", "a byte order mark in the label map", f"\ufeff{CAT}\n{DOG}"),
    label_map("17", "an empty label map", ""),
    label_map("17", "a label map in UTF-16", "latin-1:" + f"{CAT}\n{DOG}".encode("utf-16").decode("latin-1")),
    label_map("18", "id 0", f"item {{ id: 0 name: 'cat' }}\n{DOG}"),
    label_map("18", "no id", f"item {{ name: 'cat' }}\n{DOG}"),
    label_map("18", "a negative id", f"item {{ id: -1 name: 'cat' }}\n{DOG}"),
    label_map("19", "two ids in an item", f"item {{ id: 1 id: 3 name: 'cat' }}\n{DOG}"),
    label_map("19", "an id twice", "item { id: 1 name: 'cat' }\nitem { id: 1 name: 'dog' }"),
    label_map("19", "a name twice", f"{CAT}\n{DOG}\nitem {{ id: 1 name: 'dog' }}"),
    label_map("20", "another case", f"item {{ id: 1 name: 'Cat' }}\n{DOG}"),
    label_map("20", "a space", f"item {{ id: 1 name: 'cat ' }}\n{DOG}"),
    label_map("22", "a display name that is another's name", f"item {{ id: 1 name: 'cat' display_name: 'dog' }}\n{DOG}"),
    label_map("22", "a display name that is another's name, and wins", f"{CAT}\nitem {{ id: 2 name: 'dog' display_name: 'cat' }}"),
    label_map("N3", "background as 0", f"item {{ id: 0 name: 'background' }}\n{CAT}\n{DOG}"),
    label_map("N4", "display names that repeat", "item { id: 1 name: 'cat' display_name: 'animal' }\nitem { id: 2 name: 'dog' display_name: 'animal' }"),
    label_map("N6", "commas", "item: { id: 1, name: 'cat', },\nitem { id: 2; name: 'dog' }"),
    label_map("N7", "a binary label map", "latin-1:\x0a\x07\x0a\x03cat\x10\x01\x0a\x07\x0a\x03dog\x10\x02"),
    label_map("N3", "gaps in the ids", f"{CAT}\nitem {{ id: 90 name: 'dog' }}", ["config", "model.ssd.num_classes", "90"], ["feature", 0, CLASS + "label", None], ["feature", 1, CLASS + "label", None], ["feature", 2, CLASS + "label", None]),
)  # fmt: skip

KEYPOINT_MAPS = tuple(
    case(entries, f"keypoints: {name}", ["keypoint-map", items], base="CenterNet with keypoints")
    for entries, name, items in (
        ("N15", "fewer than are loaded", "item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } }"),
        ("N15", "without labels", "item { id: 1 name: 'cat' keypoints { id: 0 } keypoints { id: 1 } }"),
        (
            "N15",
            "the item that has them",
            "item { id: 1 name: 'cat' } item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } }",
        ),
        ("14", "of another class", "item { id: 1 name: 'dog' keypoints { id: 0 label: 'nose' } }"),
        (
            "14",
            "an id twice",
            "item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } keypoints { id: 0 label: 'ear' } }",
        ),
        ("14", "an id above those that are loaded", "item { id: 1 name: 'cat' keypoints { id: 5 label: 'nose' } }"),
        ("14", "a negative id", "item { id: 1 name: 'cat' keypoints { id: -1 label: 'x' } }"),
        ("14", "of a class above num_classes", "item { id: 5 name: 'cat' keypoints { id: 0 label: 'nose' } }"),
        ("14", "of class 0", "item { id: 0 name: 'cat' keypoints { id: 0 label: 'nose' } }"),
        ("14", "of no class", "item { name: 'cat' keypoints { id: 0 label: 'nose' } }"),
    )
)
