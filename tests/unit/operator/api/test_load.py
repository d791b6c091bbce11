"""Whatever is given as a training.yaml, the answer is a resource or sentences that name the field."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import textwrap

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from detector_operator.api.load import InvalidTrainingFile, load, parse
from support import verdicts

GOOD = """\
apiVersion: detector-training.io/v1alpha1
kind: DetectorTraining
metadata: {name: pets}
spec:
  pipelineConfig: {path: p.config}
  modelDir: m
  numSteps: 10
"""


def problems(text):
    with pytest.raises(InvalidTrainingFile) as wrong:
        parse(text)
    return wrong.value.problems


def with_spec(text):
    return GOOD + textwrap.indent(textwrap.dedent(text), "  ")


def test_a_good_file_gives_the_resource_with_defaults(tmp_path):
    path = tmp_path / "training.yaml"
    path.write_text(GOOD)
    spec = load(path).spec
    assert (spec.num_steps, spec.checkpoint_every_steps, spec.retries, spec.trainer.gpus) == (10, 1000, 3, 1)


def test_a_byte_order_mark_is_fine(tmp_path):
    path = tmp_path / "training.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(path).metadata.name == "pets"


def test_a_pipe_is_fine():
    reader, writer = os.pipe()
    os.write(writer, GOOD.encode())
    os.close(writer)
    assert load(f"/dev/fd/{reader}").metadata.name == "pets"
    os.close(reader)


def _socket(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.close()


FILES = {
    "missing": (lambda _: None, "the file does not exist."),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "the file is a dangling link."),
    "a directory": (lambda path: path.mkdir(), "is a directory, not a file."),
    "a socket": (_socket, "is neither a file nor a pipe."),
    "empty": (lambda path: path.write_bytes(b" \n"), "is empty."),
    "only comments": (lambda path: path.write_bytes(b"# nothing\n"), "is empty: it has only comments."),
    "gzip": (lambda path: path.write_bytes(gzip.compress(GOOD.encode())), "is gzip-compressed; decompress it with gunzip."),
    "binary": (lambda path: path.write_bytes(b"\x00\x01\x02"), "is a binary file, not YAML."),
    "not UTF-8": (
        lambda path: path.write_bytes(b"a: b\nc: \xfc\n"),
        "is not UTF-8 (line 2, byte 0xfc); save it as UTF-8.",
    ),
    "too large": (
        lambda path: path.write_bytes(b"#" * 2_000_000),
        "is larger than 1,500,000 bytes: no Kubernetes manifest is larger.",
    ),
    "an error page": (
        lambda path: path.write_text("<!DOCTYPE html><html>404</html>"),
        "is an HTML page, probably a saved error page.",
    ),
    "a git-lfs pointer": (
        lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"),
        "is a git-lfs pointer, not the file itself; run git lfs pull.",
    ),
    "two documents": (
        lambda path: path.write_text(GOOD + "---\nkind: Service\n"),
        "contains 2 documents (DetectorTraining, Service); it must contain one DetectorTraining.",
    ),
    "a list": (
        lambda path: path.write_text("- a\n"),
        "is not a DetectorTraining: it must be a mapping with apiVersion, kind, metadata and spec.",
    ),
    "a key twice": (
        lambda path: path.write_text(GOOD + "  numSteps: 20\n"),
        'line 8: duplicate key "numSteps".',
    ),
    "nested too deeply": (lambda path: path.write_text("[" * 5000), "is nested too deeply."),
}


@pytest.mark.parametrize(("make", "problem"), FILES.values(), ids=FILES)
def test_a_file_that_is_something_else_is_named(tmp_path, make, problem):
    path = tmp_path / "training.yaml"
    make(path)
    with pytest.raises(InvalidTrainingFile) as wrong:
        load(path)
    assert str(wrong.value) == f"{path}: {problem}"


def test_yaml_that_does_not_parse_names_the_line():
    assert problems("spec:\n  a: [1\n  b: 2\n")[0].startswith("line 3, column ")


def test_aliases_that_would_fill_the_memory_are_rejected():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert problems("\n".join(lines)) == ["has more than 200,000 values."]


def merged(levels: int, width: int) -> str:
    """A mapping of one key, merged into the next mapping many times, and so on: width ** levels pairs."""
    lines = ["a0: &a0 {k: x}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * width)}]}}" for n in range(1, levels + 1)]
    return "\n".join(lines)


def test_merge_keys_that_would_fill_the_memory_are_rejected(monkeypatch):
    """470 bytes took 5.2 s and 203 MiB, because the merged pairs are gone from the document before it is counted."""
    flatten, copied = yaml.SafeLoader.flatten_mapping, []

    def counted(loader, node):
        flatten(loader, node)
        copied.append(len(node.value))

    monkeypatch.setattr(yaml.SafeLoader, "flatten_mapping", counted)
    assert problems(merged(8, 9)) == ["has more than 200,000 values."]
    assert sum(copied) < 2 * 200_000


def test_merge_keys_are_fine():
    text = with_spec("trainer: {gpus: 0, env: [&a {name: A, value: b}, {<<: *a, name: B}, {<<: [*a, *a], name: C}]}")
    assert [(item["name"], item["value"]) for item in parse(text).spec.trainer.env] == [("A", "b"), ("B", "b"), ("C", "b")]


def test_a_key_that_overrides_a_merged_one_is_not_a_duplicate():
    """A mapping with a merge key was searched for duplicates after another one had merged it, and its pairs into it."""
    text = f"{GOOD}  trainer: {{env: [{{<<: &a {{name: A, value: b}}, value: c}}], image: i}}\n"
    assert parse(text).spec.trainer.env[0]["value"] == "c"
    deeper = "metadata: {name: pets, labels: {nested: &d {<<: {a: '1'}, a: '2'}}, <<: *d}"
    assert "duplicate" not in " ".join(problems(GOOD.replace("metadata: {name: pets}", deeper)))


NUMBERS = {
    "in base 60": "1:" * 150_000 + "1",
    "with a fraction, in base 60": "1:" * 300 + "1.5",
    "in base 16": "0x" + "f" * 100_000,
    "in base 10": "1" * 5000,
    "with an exponent": "1" * 5000 + ".5",
}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_a_number_of_more_digits_than_any_field_has_is_not_computed(number):
    """In base 60 it takes quadratic time, 18 s for 300 kB; others end in a traceback."""
    assert problems(f"{GOOD}  retries: {number}\n") == [f"line 8: a number with {len(number):,} characters."]


def test_of_many_mistakes_the_first_are_reported():
    found = problems(with_spec("".join(f"a{n}: 1\n" for n in range(1000))))
    assert len(found) == 51
    assert found[-1] == "and 950 more errors."


def test_a_sentence_about_a_long_key_is_short():
    (found,) = problems(with_spec(f"? {'k' * 100_000}\n: 1\n"))
    assert found.startswith('unknown field "spec.kkkk')
    assert len(found) == 1000


def test_kind_and_version_come_before_anything_else():
    text = GOOD.replace("v1alpha1", "v1").replace("kind: DetectorTraining", "kind: Job") + "  nonsense: 1\n"
    assert problems(text) == [
        "apiVersion is 'detector-training.io/v1', must be detector-training.io/v1alpha1.",
        "kind is 'Job', must be DetectorTraining.",
    ]


SPECS = {
    "a field in snake case": ("model_dir: x", 'unknown field "spec.model_dir"; did you mean modelDir?'),
    "a number where text belongs": (
        "trainer: {image: 3}",
        "spec.trainer.image is 3, must be a string (put a number or a date in quotes).",
    ),
    "text where true belongs": ('suspend: "yes"', "spec.suspend is 'yes', must be true or false."),
    "an empty value": ("trainer:", "spec.trainer is empty, must be a mapping."),
    "an item of a list": (
        "validation: {ignore: [a/b, 1]}",
        "spec.validation.ignore[1] is 1, must be a string (put a number or a date in quotes).",
    ),
}


@pytest.mark.parametrize(("spec", "problem"), SPECS.values(), ids=SPECS)
def test_a_mistake_in_the_spec_is_a_sentence(spec, problem):
    assert problems(with_spec(spec)) == [problem]


@pytest.mark.parametrize("case", verdicts.CASES.values(), ids=verdicts.CASES)
def test_what_is_wrong_is_rejected_with_a_sentence(case):
    if case.run is None:
        parse(yaml.safe_dump(case.manifest))
    else:
        assert problems(yaml.safe_dump(case.manifest, allow_unicode=True)) == [case.run]


def test_run_rejects_what_the_api_server_rejects():
    differ = {what for what, case in verdicts.CASES.items() if (case.cluster is None) != (case.run is None)}
    assert differ == verdicts.OF_CLUSTERS_ALONE


def test_all_errors_are_reported_together():
    text = GOOD.replace("numSteps: 10", "numSteps: 0").replace("modelDir: m", "modelDir: ''").replace("name: pets", "name: A_b")
    assert [problem.split(" ")[0] for problem in problems(text)] == ["metadata.name", "spec.modelDir", "spec.numSteps"]


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_text_gives_a_traceback(text):
    with contextlib.suppress(InvalidTrainingFile):
        parse(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_value_of_a_field_gives_a_traceback(value):
    document = yaml.safe_load(GOOD)
    for place in ("metadata", "spec"):
        with contextlib.suppress(InvalidTrainingFile):
            parse(yaml.safe_dump({**document, place: value}))


def test_what_is_written_has_the_defaults_and_nothing_empty():
    resource = parse(with_spec("trainer: {gpus: 0, env: [{name: A, value: b}]}"))
    written = resource.to_dict()["spec"]
    assert written["trainer"] == {
        "gpus": 0,
        "env": [{"name": "A", "value": "b"}],
        "terminationGracePeriodSeconds": 120,
        "startTimeoutSeconds": 3600,
    }
    assert written["validation"] == {"policy": "Enforce", "timeoutSeconds": 3600}
    assert parse(yaml.safe_dump(resource.to_dict())).spec == resource.spec
