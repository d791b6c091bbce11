"""Describe what belongs to a new check, failure, policy, verb or field: its files, and the lines in existing files.

The names of packages and files are here and in templates/, and nowhere else in this tool.
"""

from __future__ import annotations

from dataclasses import dataclass

CHECKS = "trainer_image/detector_trainer/validation/checks"
CHECK_TESTS = "tests/unit/validation/checks"
CHAIN = "trainer_image/detector_trainer/validation/chain.py"
FAILURES = "trainer_image/detector_trainer/failures/$area_module.py"
VERBS = "trainer_image/detector_trainer/cli/__init__.py"
POLICIES = "operator/detector_operator/policies/chain.py"
SPEC = "operator/detector_operator/api/spec.py"
FIELDS = "tests/support/spec_fields.py"
JOBS = "operator/detector_operator/builders"


@dataclass(frozen=True)
class NewFile:
    """A file that is created; `$area`, `$module` and the like are replaced in its path and its text."""

    path: str
    template: str


@dataclass(frozen=True)
class NewLine:
    """Lines that are inserted into an existing file: behind the last line that matches `behind`, between two others.

    Attributes:
        path: the file.
        text: the lines.
        begin: regular expression of a line; the search begins behind it.
        end: the search ends before the next line that matches this one.
        behind: what the line before the new ones looks like.
        in_order: before the first such line that sorts behind the text, instead of behind the last one.
        only: the name of a value without which nothing is inserted.
    """

    path: str
    text: str
    begin: str
    end: str
    behind: str
    in_order: bool = False
    only: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be added."""

    what: str
    name: str
    """Regular expression of its names, whose groups are the values of the templates."""
    example: str
    files: tuple[NewFile, ...]
    lines: tuple[NewLine, ...]
    then: tuple[str, ...]
    """What remains to be done."""


_CODE = r"(?P<area>[a-z-]+)/(?P<name>[a-z0-9]+(-[a-z0-9]+)*)"
_WRITE_CHECK = "Replace every TODO in $path and in its test; state in verified_by the test that runs the trainer on it."
_DOCS = "make docs, which adds it to docs/checks.md"

KINDS: dict[str, Kind] = {
    "record-check": Kind(
        what="a check of single records, which sees the columns of a chunk of records",
        name=_CODE.replace("[a-z-]+)/", "records)/"),
        example="records/box-too-wide",
        files=(
            NewFile(f"{CHECKS}/$area_module/$module.py", "record_check.py"),
            NewFile(f"{CHECK_TESTS}/$area_module/test_$module.py", "test_record_check.py"),
        ),
        lines=(NewLine(CHAIN, '        "$code",', r"    Cost\.SCAN: \(", r"        # The dataset\.", r'        "records/'),),
        then=(_WRITE_CHECK, "Move its line in the chain to the findings next to which it is reported.", _DOCS),
    ),
    "dataset-check": Kind(
        what="a check of a whole dataset, with an accumulator that is added up over all records",
        name=_CODE.replace("[a-z-]+)/", "records|config)/"),
        example="records/too-few-boxes",
        files=(
            NewFile(f"{CHECKS}/$area_module/$module.py", "dataset_check.py"),
            NewFile(f"{CHECK_TESTS}/$area_module/test_$module.py", "test_dataset_check.py"),
        ),
        lines=(NewLine(CHAIN, '        "$code",', r"        # The dataset\.", r"    \),", r'        "'),),
        then=(_WRITE_CHECK, "Move its line in the chain to the findings next to which it is reported.", _DOCS),
    ),
    "config-check": Kind(
        what="a check of the pipeline config, the label map, file names, a checkpoint or the run: everything but records",
        name=_CODE.replace("[a-z-]+)/", "config|label-map|checkpoint|run)/"),
        example="config/batch-too-large",
        files=(
            NewFile(f"{CHECKS}/$area_module/$module.py", "config_check.py"),
            NewFile(f"{CHECK_TESTS}/$area_module/test_$module.py", "test_config_check.py"),
        ),
        lines=(NewLine(CHAIN, '        "$code",', r"    Cost\.META: \(", r"    \),", r'        "$area/'),),
        then=(_WRITE_CHECK, "Move its line in the chain behind the checks that have to pass before it.", _DOCS),
    ),
    "failure": Kind(
        what="a failure that is recognised in the messages of the trainer",
        name=_CODE,
        example="storage/quota-exceeded",
        files=(),
        lines=(
            NewLine(
                FAILURES,
                """\
    Failure(
        code="$code",
        catalogue=(),
        reason=reasons.UNCLASSIFIED,
        exit_code=ExitCode.CRASH,
        patterns=(r"TODO: a regular expression of the message",),
        message="TODO: what happened, in one sentence.",
        what="TODO: what happened, in general.",
        why="TODO: what it means for the training.",
        fix="TODO: what to change.",
    ),""",
                r"FAILURES = \(",
                r"\)",
                r"    \),",
            ),
            NewLine(
                "tests/unit/failures/test_$area_module.py",
                '    Message("TODO: a message of the trainer", "$code", "TODO: what happened, in one sentence."),',
                r"MESSAGES = \[",
                r"\]",
                r"    Message\(",
            ),
        ),
        then=(
            "Replace every TODO in failures/$area_module.py and in its test; reason and exit code decide whether it is retried.",
            "Place it before failures whose patterns match its messages too: the first one counts.",
            "make docs, which adds it to docs/failures.md",
        ),
    ),
    "policy": Kind(
        what="a policy of the operator: one decision about a DetectorTraining",
        name=r"(?P<module>[a-z]+(_[a-z]+)*)",
        example="cool_down",
        files=(
            NewFile("operator/detector_operator/policies/$module.py", "policy.py"),
            NewFile("tests/unit/operator/policies/test_$module.py", "test_policy.py"),
        ),
        lines=(
            NewLine(POLICIES, "    $module,", r"from detector_operator\.policies import \(", r"\)", r"    \w+,", in_order=True),
            NewLine(
                POLICIES,
                "        $module.policy,  # TODO: when it decides",
                r"    chain=\(",
                r"        training\.policy,",
                r"        \w+\.policy,",
            ),
        ),
        then=(
            "Replace every TODO in policies/$module.py and in its test.",
            "Move its line in POLICIES before every policy over which it takes precedence: the first one with a result decides.",
        ),
    ),
    "verb": Kind(
        what="a verb of the command line",
        name=r"(?P<verb>[a-z]+)",
        example="bench",
        files=(
            NewFile("trainer_image/detector_trainer/cli/cmd_$verb.py", "verb.py"),
            NewFile("tests/unit/cli/test_$verb.py", "test_verb.py"),
        ),
        lines=(
            NewLine(
                VERBS,
                '    ("$verb", "detector_trainer.cli.cmd_$verb", "TODO: what it does"),',
                r"VERBS: ",
                r"\)",
                r"    (\(|\),)",
            ),
        ),
        then=("Replace every TODO in cli/cmd_$verb.py, its test and the table of verbs.",),
    ),
    "spec-field": Kind(
        what="a field of spec, spec.trainer or spec.validation",
        name=r"((?P<parent>trainer|validation)\.)?(?P<field>[a-z]+([A-Z][a-z0-9]*)*)",
        example="trainer.dnsPolicy",
        files=(),
        lines=(
            NewLine(
                SPEC,
                '    $snake: Name | None = None\n    """TODO: what it does, and its default."""',
                r"class $model\(",
                r"class ",
                r'.*"""$',
            ),
            NewLine(FIELDS, '    "$snake": "other",', r"$values: .* = \{", r"\}", r'    "'),
            NewLine(
                FIELDS,
                '    "$parent.$snake": "TODO: why the admission policy has no list for it",',
                r"UNLISTED = \{",
                r"\}",
                r'    "',
                only="parent",
            ),
        ),
        then=(
            "Give it its type, default, bounds and description in api/spec.py, a value in tests/support/spec_fields.py.",
            "State in UNLISTED why any user may set it; where not, add a list to admissionPolicy.allowed of the chart instead.",
            f"Use it where the pods are built, in {JOBS}; or in a policy, and move its value to IN_DECISION.",
            "make crd, which adds it to the CRD",
        ),
    ),
}
