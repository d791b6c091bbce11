"""Each check of metadata: what is sound passes; broken in one place, exactly that is said."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from support.inputs import Case, codes

Break = Callable[[Case], None]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_the_sound_inputs_pass(case: Case):
    case.write()
    assert codes(case.report()) == {}


def set_fields(**changes: object) -> Break:
    """Sets fields of the config by their paths, `__` for a dot; None clears."""

    def change(case: Case) -> None:
        for path, value in changes.items():
            *blocks, name = path.split("__")
            message = case.config
            for block in blocks:
                message = getattr(message, block)
            if value is None:
                message.ClearField(name)
            elif isinstance(value, list):
                getattr(message, name)[:] = value
            else:
                setattr(message, name, value)

    return change


def cosine(**fields: float) -> Break:
    def change(case: Case) -> None:
        rate = case.config.train_config.optimizer.momentum_optimizer.learning_rate.cosine_decay_learning_rate
        rate.Clear()
        for name, value in fields.items():
            setattr(rate, name, value)

    return change


def manual(*steps: int) -> Break:
    def change(case: Case) -> None:
        rate = case.config.train_config.optimizer.momentum_optimizer.learning_rate.manual_step_learning_rate
        rate.initial_learning_rate = 0.0001
        for step in steps:
            rate.schedule.add(step=step, learning_rate=0.0001)

    return change


def label_map(text: str | bytes) -> Break:
    def change(case: Case) -> None:
        case.label_map.write_bytes(text.encode() if isinstance(text, str) else text)

    return change


def flip(suffix: str, offset: int) -> Break:
    def change(case: Case) -> None:
        path = Path(f"{case.checkpoint}{suffix}")
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)

    return change


def point_at_itself(case: Case) -> None:
    case.options["model_dir"] = str(case.checkpoint.parent)
    (case.checkpoint.parent / "checkpoint").unlink(missing_ok=True)


def resume(case: Case, named: str = "ckpt-2") -> None:
    shutil.copytree(case.checkpoint.parent, case.model_dir)
    (case.model_dir / "checkpoint").write_text(f'model_checkpoint_path: "{named}"\n')


def resume_elsewhere(case: Case) -> None:
    resume(case, "/moved/away/ckpt-2")


def resume_at_the_end(case: Case) -> None:
    resume(case)
    case.options["num_steps"] = 10


def resume_with_adam(case: Case) -> None:
    resume(case)
    case.options["num_steps"] = 100
    rate = 0.0001
    case.config.train_config.optimizer.adam_optimizer.learning_rate.constant_learning_rate.learning_rate = rate


def resume_damaged(case: Case) -> None:
    resume(case)
    path = case.model_dir / "ckpt-2.data-00000-of-00001"
    path.write_bytes(path.read_bytes()[:-100])
    case.options["num_steps"] = 100


LR = "train_config__optimizer__momentum_optimizer__learning_rate"

BREAKS: list[tuple[str, Break, str, str]] = [
    ("another architecture's extractor", set_fields(model__ssd__feature_extractor__type="faster_rcnn_resnet50_keras"), "config/unknown-extractor", "error"),
    ("an extractor of TF1", set_fields(model__ssd__feature_extractor__type="ssd_mobilenet_v2"), "config/unknown-extractor", "error"),
    ("no model", set_fields(model=None), "config/no-model", "error"),
    ("no classes", set_fields(model__ssd__num_classes=0), "config/num-classes-unset", "error"),
    ("an experimental model", lambda case: case.config.model.experimental_model.SetInParent(), "config/no-model", "error"),
    ("no resizer", set_fields(model__ssd__image_resizer=None), "config/invalid-image-resizer", "error"),
    ("batch of 0", set_fields(train_config__batch_size=0), "config/invalid-batch-size", "error"),
    ("no steps", set_fields(train_config__num_steps=None), "config/num-steps-unset", "error"),
    ("no optimizer", set_fields(train_config__optimizer=None), "config/invalid-learning-rate", "error"),
    ("warmup by default 10000", cosine(learning_rate_base=0.0001, total_steps=500, warmup_learning_rate=0.0), "config/invalid-learning-rate", "error"),
    ("base below warmup", cosine(learning_rate_base=0.0001, total_steps=500, warmup_steps=9, warmup_learning_rate=0.001), "config/invalid-learning-rate", "error"),
    ("rate of NaN", cosine(learning_rate_base=0.0001, total_steps=5, warmup_steps=5, warmup_learning_rate=0.0), "config/invalid-learning-rate", "error"),
    ("schedule too short", cosine(learning_rate_base=0.0001, total_steps=5, warmup_steps=1, warmup_learning_rate=0.0), "config/learning-rate-ends-early", "warning"),
    ("schedule from step 0", manual(0, 5), "config/invalid-learning-rate", "error"),
    ("schedule that falls", manual(5, 5), "config/invalid-learning-rate", "error"),
    ("rate of the zoo, small batch", cosine(learning_rate_base=0.08, total_steps=5000, warmup_steps=1, warmup_learning_rate=0.0), "config/learning-rate-high", "warning"),
    ("input type 0", set_fields(train_input_reader__input_type=0), "config/unknown-input-type", "error"),
    ("two weights, one path", set_fields(train_input_reader__sample_from_datasets_weights=[1.0, 2.0]), "config/invalid-sampling-weights", "error"),
    ("scores that are not loaded", set_fields(train_config__use_multiclass_scores=True), "config/multiclass-scores-not-loaded", "error"),
    ("all checkpoint variables", set_fields(train_config__load_all_detection_checkpoint_vars=True), "config/all-checkpoint-vars-unsupported", "error"),
    ("frozen variables", set_fields(train_config__freeze_variables=["x"]), "config/ignored-field", "warning"),
    ("label map without a class", label_map("# nothing\n"), "label-map/empty", "error"),
    ("label map in UTF-16", label_map("item { id: 1 name: 'cat' }".encode("utf-16")), "label-map/unreadable", "error"),
    ("label map with smart quotes", label_map("item { id: 1 name: ‘cat’ }"), "label-map/syntax-error", "error"),
    ("label map from 0", label_map("item { id: 0 name: 'cat' }"), "label-map/reserved-id", "error"),
    ("label map without ids", label_map("item { name: 'cat' }"), "label-map/reserved-id", "error"),
    ("label map below 0", label_map("item { id: -1 name: 'cat' }"), "label-map/negative-id", "error"),
    ("label map with an id twice", label_map("item { id: 1 name: 'cat' } item { id: 1 name: 'dog' }"), "label-map/duplicate", "warning"),
    ("label map with two ids in an item", label_map("item { id: 1 name: 'cat' id: 2 name: 'dog' }"), "label-map/duplicate", "warning"),
    ("label map beyond num_classes", label_map("item { id: 99 name: 'cat' }"), "label-map/id-above-num-classes", "warning"),
    ("no input", set_fields(train_input_reader__tf_record_input_reader__input_path=[]), "records/no-input-path", "error"),
    ("a bracket in a path", set_fields(train_input_reader__tf_record_input_reader__input_path=["/data/a[1].record"]), "records/no-file", "error"),
    ("a Windows path", set_fields(train_config__fine_tune_checkpoint="C:\new\train"), "config/control-character-in-path", "error"),
    ("no such checkpoint", set_fields(train_config__fine_tune_checkpoint="/no/ckpt-0"), "checkpoint/not-found", "error"),
    ("version V1", set_fields(train_config__fine_tune_checkpoint_version=1), "checkpoint/version-not-v2", "error"),
    ("version unset", set_fields(train_config__fine_tune_checkpoint_version=None), "checkpoint/version-not-v2", "error"),
    ("type unset", set_fields(train_config__fine_tune_checkpoint_type=None), "checkpoint/type-mismatch", "error"),
    ("type fine_tune", set_fields(train_config__fine_tune_checkpoint_type="fine_tune"), "checkpoint/type-mismatch", "error"),
    ("a flipped bit in the index", flip(".index", 60), "checkpoint/unreadable", "error"),
    ("a flipped bit in a tensor", flip(".data-00000-of-00001", 100), "checkpoint/corrupt", "error"),
    ("model_dir of the checkpoint", point_at_itself, "run/model-dir-is-checkpoint-dir", "error"),
    ("model_dir is a file", lambda case: case.model_dir.write_text(""), "run/model-dir-unusable", "error"),
    ("resume from nowhere", resume_elsewhere, "run/resume-from-nowhere", "error"),
    ("nothing to do", resume_at_the_end, "run/already-at-last-step", "warning"),
    ("resume with another optimizer", resume_with_adam, "run/resumes-with-another-optimizer", "warning"),
    ("resume what is damaged", resume_damaged, "run/resume-corrupt", "error"),
    ("checkpoints rarer than steps", lambda case: case.options.update(checkpoint_every_n=1000), "run/one-checkpoint-only", "warning"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "code", "severity"), [row[1:] for row in BREAKS], ids=[row[0] for row in BREAKS])
def test_one_mistake_is_named(case: Case, breaks: Break, code: str, severity: str):
    breaks(case)
    case.write()
    report = case.report(scan=False)
    found = codes(report)
    assert found.get(code) == severity, found
    assert [
        other
        for other, level in found.items()
        if level == "error" and other != code and code != "config/control-character-in-path"
    ] == []
    (finding,) = (finding for finding in report.findings if finding.code == code)
    assert str(finding.where)
    assert finding.hint


@pytest.mark.parametrize(
    ("suffix", "code"),
    [
        (".index", "checkpoint/not-a-prefix"),
        (".data-00000-of-00001", "checkpoint/not-a-prefix"),
        ("/..", "checkpoint/not-a-prefix"),
    ],
    ids=["the index", "the data", "a folder"],
)
def test_a_part_of_a_checkpoint_is_not_its_prefix(case: Case, suffix: str, code: str):
    path = case.checkpoint.parent if suffix == "/.." else f"{case.checkpoint}{suffix}"
    case.config.train_config.fine_tune_checkpoint = str(path)
    case.write()
    report = case.report(scan=False)
    assert codes(report) == {code: "error"}
    assert str(case.checkpoint) in report.findings[0].hint


@pytest.mark.parametrize("gpus", [2, 4], ids=["2 GPUs", "4 GPUs"])
def test_a_batch_must_divide_by_the_gpus(case: Case, gpus: int):
    case.config.train_config.batch_size = 5
    case.options["gpus"] = gpus
    case.write()
    assert codes(case.report(scan=False)) == {"config/invalid-batch-size": "error"}


def test_a_field_written_twice_is_a_warning_with_both_lines(case: Case):
    case.write()
    case.pipeline.write_text(case.pipeline.read_text() + "train_config { batch_size: 1 batch_size: 2 }\n")
    (finding,) = (finding for finding in case.report(scan=False).findings if finding.code == "config/duplicate-field")
    assert finding.severity == "warning"


LEGAL: list[tuple[str, Break]] = [
    ("commas in a label map", label_map("item: { id: 1, name: 'Abyssinian', },")),
    ("background as 0", label_map("item { id: 0 name: 'background' } item { id: 1 name: 'cat' }")),
    ("gaps in the ids", label_map("item { id: 1 name: 'cat' } item { id: 7 name: 'dog' }")),
    ("display names that repeat", label_map("item { id: 1 name: 'a' display_name: 'x' } item { id: 2 name: 'b' display_name: 'x' }")),
    ("bfloat16", set_fields(train_config__use_bfloat16=True)),
    ("fields of TF1 that are not used", set_fields(train_config__sync_replicas=True, train_config__replicas_to_aggregate=8)),
    ("no checkpoint, no type, no version", set_fields(train_config__fine_tune_checkpoint=None, train_config__fine_tune_checkpoint_type=None)),
    ("records in a bucket", set_fields(train_input_reader__tf_record_input_reader__input_path=["gs://bucket/a-*"])),
    ("no label map", set_fields(train_input_reader__label_map_path=None)),
]  # fmt: skip


@pytest.mark.parametrize("change", [row[1] for row in LEGAL], ids=[row[0] for row in LEGAL])
def test_what_trains_is_not_rejected(case: Case, change: Break):
    change(case)
    case.write()
    assert codes(case.report(scan=False)) == {}


def missing(path: Path) -> None:
    path.unlink()


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def broken_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere")


def a_socket(path: Path) -> None:
    path.unlink()
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # a socket's address is short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def named_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def holding(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


HOSTILE = [
    ("missing", missing, "is missing"),
    ("a directory", directory, "is a directory"),
    ("a link to nothing", broken_link, "is a link to /nowhere"),
    ("a socket", a_socket, "is a socket"),
    ("a named pipe", named_pipe, "is a named pipe"),
    ("empty", lambda path: path.write_bytes(b"") and None, "is empty"),
    ("gzip", holding(b"\x1f\x8b\x08\x00abc"), "is gzip-compressed"),
    ("an HTML page", holding(b"<!DOCTYPE html><html><body>404</body></html>"), "is an HTML"),
    ("a git-lfs pointer", holding(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "is a git-lfs pointer"),
    ("binary", holding(bytes(range(256)) * 4), "is binary"),
    ("not UTF-8", holding(b"model { # caf\xe9\n}"), "is not UTF-8"),
    ("huge", lambda path: os.truncate(path, 1 << 40), "bytes, too many"),
]


@pytest.mark.parametrize(("become", "words"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
@pytest.mark.parametrize("which", ["pipeline", "label_map"])
def test_a_file_that_is_something_else_is_told_by_name(case: Case, which: str, become: Callable[[Path], None], words: str):
    case.write()
    path: Path = getattr(case, which)
    become(path)
    report = case.report(scan=False)
    (finding,) = (finding for finding in report.findings if finding.severity == "error")
    assert finding.code == {"pipeline": "config/unreadable", "label_map": "label-map/unreadable"}[which]
    assert finding.message.startswith(f"{path} ")
    assert words in finding.message


@pytest.mark.parametrize(("become", "words"), [row[1:] for row in HOSTILE if row[0] not in ("missing", "a link to nothing", "not UTF-8")], ids=[row[0] for row in HOSTILE if row[0] not in ("missing", "a link to nothing", "not UTF-8")])  # fmt: skip
def test_a_checkpoint_index_that_is_something_else(case: Case, become: Callable[[Path], None], words: str):
    case.write()
    become(Path(f"{case.checkpoint}.index"))
    found = codes(case.report(scan=False))
    assert found == {"checkpoint/unreadable": "error"}, words


def test_a_byte_order_mark_is_rejected_as_the_trainer_does(case: Case):
    case.write()
    case.pipeline.write_bytes(b"\xef\xbb\xbf" + case.pipeline.read_bytes())
    assert codes(case.report(scan=False)) == {"config/unreadable": "error"}


def test_windows_line_ends_are_fine(case: Case):
    case.write()
    case.pipeline.write_bytes(case.pipeline.read_bytes().replace(b"\n", b"\r\n"))
    assert codes(case.report(scan=False)) == {}


def test_a_misspelt_field_gets_the_nearest(case: Case):
    case.write()
    case.pipeline.write_text(case.pipeline.read_text().replace("batch_size:", "batchsize:", 1))
    (finding,) = (finding for finding in case.report(scan=False).findings if finding.severity == "error")
    assert finding.code == "config/syntax-error"
    assert finding.where.line is not None
    assert "batch_size" in finding.hint
