"""The verdict on the bytes of a config or a label map is the trainer's: byte order marks, encodings, line ends, comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.inputs import Case, codes

pytestmark = pytest.mark.trainer

BOM = b"\xef\xbb\xbf"
READS, NO_TEXT, NO_PROTO = "", "unreadable", "syntax-error"
"""What the trainer reads, and the end of the code for what it does not."""
FORMS: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("as it is", lambda text: text, READS),
    ("Windows line ends", lambda text: text.replace(b"\n", b"\r\n"), READS),
    ("old line ends", lambda text: text.replace(b"\n", b"\r"), READS),
    ("comments", lambda text: b"# One.\n" + text.replace(b"\n", b" # Two {\n") + b"\n# Three", READS),
    ("tabs and form feeds", lambda text: b"\t\x0c" + text.replace(b"  ", b"\t"), READS),
    ("commas and semicolons", lambda text: text.replace(b"\n}", b",\n}"), READS),
    ("a comment that is not ASCII", lambda text: "# größer\n".encode() + text, READS),
    ("a comment that is not UTF-8", lambda text: b"# caf\xe9\n" + text, NO_TEXT),
    ("UTF-16", lambda text: text.decode().encode("utf-16"), NO_TEXT),
    ("UTF-16 without a mark", lambda text: text.decode().encode("utf-16-le"), NO_TEXT),
    ("cut off", lambda text: text.rstrip()[:-1], NO_PROTO),
    ("smart quotes", lambda text: text.decode().replace('"', "\N{LEFT DOUBLE QUOTATION MARK}").encode(), NO_PROTO),
    ("a NUL at the end", lambda text: text + b"\0", NO_TEXT),
]
MARK = "a byte order mark"
CONFIGS = [*FORMS, (MARK, lambda text: BOM + text, NO_TEXT)]
LABEL_MAPS = [*FORMS, (MARK, lambda text: BOM + text, NO_PROTO)]


@pytest.fixture(autouse=True, scope="module")
def _trainer() -> None:
    from detector_trainer import compat

    compat.install()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "a directory with spaces"
    folder.mkdir()
    case = Case(folder)
    case.write()
    return case


def reads(read: Callable[[str], object], path: Path) -> bool:
    """Whether the trainer gets through a file; whatever it raises ends a training."""
    try:
        read(str(path))
    except Exception:  # noqa: BLE001
        return False
    return True


@pytest.mark.parametrize(("form", "code"), [row[1:] for row in CONFIGS], ids=[row[0] for row in CONFIGS])
def test_a_config_that_the_trainer_reads_passes_and_no_other(case: Case, form: Callable[[bytes], bytes], code: str):
    from object_detection.utils import config_util

    case.pipeline.write_bytes(form(case.pipeline.read_bytes()))
    assert reads(config_util.get_configs_from_pipeline_file, case.pipeline) == (code == READS)
    found = codes(case.report())
    assert found == ({f"config/{code}": "error"} if code else {})


@pytest.mark.parametrize(("form", "code"), [row[1:] for row in LABEL_MAPS], ids=[row[0] for row in LABEL_MAPS])
def test_a_label_map_that_the_trainer_reads_passes_and_no_other(case: Case, form: Callable[[bytes], bytes], code: str):
    from object_detection.utils import label_map_util

    text = case.label_map.read_bytes().replace(b"'", b'"')
    case.label_map.write_bytes(form(text))
    assert reads(label_map_util.get_label_map_dict, case.label_map) == (code == READS)
    found = codes(case.report())
    assert found == ({f"label-map/{code}": "error"} if code else {})


def test_a_batch_of_0_is_no_batch_and_is_rejected(case: Case):
    from object_detection.builders import dataset_builder
    from object_detection.utils import config_util

    case.config.train_config.batch_size = 0
    case.write()
    configs = config_util.get_configs_from_pipeline_file(str(case.pipeline))
    dataset = dataset_builder.build(configs["train_input_config"], batch_size=configs["train_config"].batch_size)
    assert dataset.element_spec["image"].shape.rank == 3  # the model wants four dimensions
    assert codes(case.report()) == {"config/invalid-batch-size": "error"}
