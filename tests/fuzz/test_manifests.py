"""Any text as the manifest of `run -f`: a resource, or a few short sentences, in bounded memory."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detector_operator.api.errors import MAX_ERRORS
from detector_operator.api.load import MAX_PROBLEM, InvalidTrainingFile, parse
from fuzz.mutate import STEP, Line, Step, Word, mutate
from fuzz.test_parts import WATCHED, many
from support.memory import peak_growth

MANIFEST = b"""apiVersion: detector-training.io/v1alpha1
kind: DetectorTraining
metadata: &meta
  name: pets
  labels: {team: "vision"}
spec:
  pipelineConfig:
    path: /data/pipeline.config
    overrides: {numClasses: 37, batchSize: 8, trainInputPaths: [/data/a.record, /data/b.record]}
  modelDir: /models/pets
  numSteps: 20000
  trainer:
    gpus: 1
    env: [{name: A, value: b}]
    resources: {limits: {memory: 8Gi}}
  validation: {policy: Enforce, ignore: [records/box-tiny]}
  retries: 3
  suspend: false
"""
ODD = (
    *(
        "*meta",
        "&meta",
        "<<",
        "<<:",
        "{<<: *meta}",
        "[*meta, *meta]",
        "!!int",
        "!!float",
        "!!binary",
        "!!set",
        "!!python/name:os.system",
    ),
    *(
        "1:1:1:1.5",
        "1:" * 400 + "1",
        "0x" + "f" * 5000,
        "9" * 5000,
        ".inf",
        ".nan",
        "-.inf",
        "1e999",
        "2024-99-99",
        "2024-01-01",
        "~",
    ),
    *(
        "k" * 5000,
        "- ",
        "? ",
        "|",
        ">",
        "---",
        "...",
        "%YAML 1.1",
        "@",
        "`",
        "\t",
        "[" * 200,
        "{" * 200,
        "=",
        "yes",
        "null",
        "'",
        '"',
    ),
)
STEPS = st.lists(
    st.one_of(
        st.builds(Word, st.integers(0, 200), st.sampled_from(ODD)),
        st.builds(Line, st.integers(0, 30), st.integers(0, 3), st.integers(0, 30), st.integers(0, 3)),
        STEP,
    ),
    min_size=1,
    max_size=6,
)
MEMORY = 128 << 20


def judged(text: str) -> bool:
    """Whether it is a training."""
    accepted: list[bool] = []
    problems: list[str] = []

    def judge() -> None:
        try:
            parse(text)
            accepted.append(True)
        except InvalidTrainingFile as wrong:
            problems.extend(wrong.problems)

    assert peak_growth(judge) < MEMORY
    assert bool(accepted) != bool(problems)
    assert len(problems) <= MAX_ERRORS + 1
    assert all(0 < len(problem) <= MAX_PROBLEM and "Traceback" not in problem for problem in problems)
    return bool(accepted)


@WATCHED
@many(100)
@given(steps=STEPS)
def test_a_damaged_manifest(watch: Any, steps: list[Step]):
    data = mutate(MANIFEST, steps).decode("utf-8", "replace")
    watch.begin()
    judged(data)


@st.composite
def grown(draw: Any) -> str:
    """Mappings and lists, each made of those before it: by aliases and by merge keys."""
    lines = ["a0: &a0 {k: x}", "b0: &b0 [x, y]"]
    for number in range(1, draw(st.integers(1, 12))):
        parts = [f"*{draw(st.sampled_from('ab'))}{draw(st.integers(0, number - 1))}" for _ in range(draw(st.integers(1, 10)))]
        merged = [part for part in parts if part.startswith("*a")] or ["*a0"]
        times = draw(st.sampled_from([1, 1, 3, 20]))
        lines.append(f"a{number}: &a{number} {{<<: [{', '.join(merged * times)}], k{number}: [{', '.join(parts)}]}}")
        lines.append(f"b{number}: &b{number} [{', '.join(parts * times)}]")
    return "\n".join(lines)


@WATCHED
@many(20)
@given(text=grown())
def test_a_manifest_that_is_built_to_grow(watch: Any, text: str):
    watch.begin()
    assert not judged(text)


@WATCHED
def test_what_is_not_damaged_is_a_training():
    assert judged(MANIFEST.decode())
