"""Files that are neither a label map nor a pipeline config, and contain a secret: no finding quotes it, and findings are short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import assume, given
from hypothesis import strategies as st

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.label_map import read_label_map
from detector_trainer.pipeline.load import _KINDS, parse_text, read_pipeline_config
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos.types import StringIntLabelMap, TrainEvalPipelineConfig
from fuzz.mutate import TEXT_STEPS, mutate
from fuzz.test_parts import CONFIG as CONFIG_TEXT
from fuzz.test_parts import LABEL_MAP as LABEL_MAP_TEXT
from fuzz.test_parts import WATCHED, folder, many

assert folder
SECRET = "Zq7xW9kP"
MESSAGES = (TrainEvalPipelineConfig, StringIntLabelMap)
FORMS = (
    *("{}", "{}\n", "password: {}\n", "PASSWORD={}\n", "password: '{}'\n", 'password: "{}"\n', '{{"auth": "{}"}}', "[{}]: 1\n"),
    *(
        "-----BEGIN KEY-----\n{}\n-----END KEY-----\n",
        "item: {}\n",
        "item: '{}\n",
        "id: {}\n",
        "name: {}\n",
        "model: {}\n",
        "{}: {}\n",
    ),
    *(
        "# {}\nx",
        "a: 1 {}",
        "{}.{}.{}",
        "<{}>",
        "'{}' '{}",
        "{} {{ }}",
        "x {{ {}: 1 }}",
        "frequency: {}",
        "batch_size: {}",
        "\\{}",
    ),
)
LONGEST = 1000


def short(problem: Unreadable) -> None:
    assert len(f"{problem} {problem.hint}") < LONGEST + len(problem.path)


@WATCHED
@many(100)
@given(
    form=st.lists(st.sampled_from(FORMS), min_size=1, max_size=4),
    steps=st.just([]) | TEXT_STEPS,
    kind=st.sampled_from(MESSAGES),
)
def test_of_a_file_that_is_something_else_no_secret_is_quoted(watch: Any, form: list[str], steps: list[Any], kind: type[Message]):
    text = "".join(part.replace("{}", SECRET).replace("{{", "{").replace("}}", "}") for part in form)
    text = mutate(text.encode(), steps).decode("utf-8", "replace")
    assume(not _KINDS[kind.DESCRIPTOR.name].begins.search(text))
    watch.begin()
    try:
        parse_text("the file", text, kind)
    except Unreadable as problem:
        words = f"{problem} {problem.hint}"
        assert len(words) < LONGEST
        found = [SECRET[at : at + 4] for at in range(len(SECRET) - 3) if SECRET[at : at + 4] in words]
        assert not found, words


@WATCHED
@many(100)
@given(steps=TEXT_STEPS, of_config=st.booleans(), name=st.sampled_from(["cat", "n" * 5000]))
def test_what_is_said_of_a_damaged_one_is_short(watch: Any, folder: Path, steps: list[Any], of_config: bool, name: str):
    text = CONFIG_TEXT if of_config else LABEL_MAP_TEXT.replace(b"cat", name.encode())
    path = folder / "text"
    path.write_bytes(mutate(text, steps))
    watch.begin()
    try:
        (read_pipeline_config if of_config else read_label_map)(str(path))
    except Unreadable as problem:
        short(problem)


@WATCHED
@many(100)
@given(texts=st.lists(st.text(max_size=50).flatmap(lambda text: st.sampled_from([text, text * 500])), min_size=5, max_size=5))
def test_a_finding_is_short(watch: Any, texts: list[str]):
    watch.begin()
    code, message, hint, file, field = texts
    finding = Finding(code=code, severity=Severity.ERROR, message=message, hint=hint, where=Where(file=file, field=field))
    assert len(finding.code) + len(finding.message) + len(finding.hint) + len(str(finding.where)) < 10_000
    assert (finding.message == message) == (len(message) <= 2048)


@WATCHED
@pytest.mark.parametrize(("kind", "text"), list(zip(MESSAGES, (CONFIG_TEXT, LABEL_MAP_TEXT), strict=True)))
def test_one_that_is_not_damaged_looks_as_it_should(kind: type[Message], text: bytes):
    assert _KINDS[kind.DESCRIPTOR.name].begins.search(text.decode())
    parse_text("the file", text.decode(), kind)
