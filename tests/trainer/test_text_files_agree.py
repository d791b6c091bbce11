"""The verdict on the bytes of a config or a label map is the trainer's: byte order marks, encodings, line ends, comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.inputs import Case, codes

pytestmark = pytest.mark.trainer

BOM = b"\xef\xbb\xbf"
FORMS: list[tuple[str, Callable[[bytes], bytes], bool]] = [
    ("as it is", lambda text: text, True),
    ("Windows line ends", lambda text: text.replace(b"\n", b"\r\n"), True),
    ("old line ends", lambda text: text.replace(b"\n", b"\r"), True),
    ("comments", lambda text: b"# One.\n" + text.replace(b"\n", b" # Two {\n") + b"\n# Three", True),
    ("tabs and form feeds", lambda text: b"\t\x0c" + text.replace(b"  ", b"\t"), True),
    ("commas and semicolons", lambda text: text.replace(b"\n}", b",\n}"), True),
    ("a comment that is no ASCII", lambda text: "# größer\n".encode() + text, True),
    ("a comment that is no UTF-8", lambda text: b"# caf\xe9\n" + text, False),
    ("a byte order mark", lambda text: BOM + text, False),
    ("UTF-16", lambda text: text.decode().encode("utf-16"), False),
    ("UTF-16 without a mark", lambda text: text.decode().encode("utf-16-le"), False),
    ("cut off", lambda text: text.rstrip()[:-1], False),
    ("smart quotes", lambda text: text.decode().replace('"', "\N{LEFT DOUBLE QUOTATION MARK}").encode(), False),
    ("a NUL at the end", lambda text: text + b"\0", False),
]
IDS = [name for name, _, _ in FORMS]


@pytest.fixture(autouse=True, scope="module")
def _trainer() -> None:
    from detector_trainer import compat

    compat.install()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "a folder with spaces"
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


@pytest.mark.parametrize(("form", "trains"), [row[1:] for row in FORMS], ids=IDS)
def test_a_config_that_the_trainer_reads_passes_and_no_other(case: Case, form: Callable[[bytes], bytes], trains: bool):
    from object_detection.utils import config_util

    case.pipeline.write_bytes(form(case.pipeline.read_bytes()))
    assert reads(config_util.get_configs_from_pipeline_file, case.pipeline) == trains
    found = codes(case.report())
    assert (found == {}) == trains, found
    assert trains or {code.partition("/")[0] for code in found} == {"config"}


@pytest.mark.parametrize(("form", "trains"), [row[1:] for row in FORMS], ids=IDS)
def test_a_label_map_that_the_trainer_reads_passes_and_no_other(case: Case, form: Callable[[bytes], bytes], trains: bool):
    from object_detection.utils import label_map_util

    text = case.label_map.read_bytes().replace(b"'", b'"')
    case.label_map.write_bytes(form(text))
    assert reads(label_map_util.get_label_map_dict, case.label_map) == trains
    found = codes(case.report())
    assert (found == {}) == trains, found
    assert trains or {code.partition("/")[0] for code in found} == {"label-map"}


def test_a_batch_of_0_is_no_batch_and_is_rejected(case: Case):
    from object_detection import inputs
    from object_detection.utils import config_util

    case.config.train_config.ClearField("data_augmentation_options")
    case.config.train_config.batch_size = 0
    case.write()
    configs = config_util.get_configs_from_pipeline_file(str(case.pipeline))
    dataset = inputs.train_input(configs["train_config"], configs["train_input_config"], configs["model"])
    assert dataset.element_spec[0]["image"].shape.rank == 3  # the model wants four dimensions
    assert codes(case.report()) == {"config/batch-size": "error"}
