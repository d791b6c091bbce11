"""Reads a training.yaml. Whatever is wrong with it becomes sentences, all at once."""

from __future__ import annotations

import stat
from pathlib import Path

import yaml
from pydantic import ValidationError

from detector_operator.api.errors import LONGEST_VALUE, sentences
from detector_operator.api.resource import API_VERSION, KIND, DetectorTraining
from detector_trainer.contract.shortened import shortened

# etcd takes no object larger than about 1.5 MB; a larger file is something else.
MAX_BYTES = 1_500_000
# YAML's aliases can make a document out of a few lines that no memory holds.
MAX_NODES = 200_000
# No number of a spec has as many characters. A longer one takes quadratic time in base 60 (1:20:30), or cannot be written back.
MAX_NUMBER = 100
# Characters of a sentence about a mistake: the key that it names may be as long as the file.
MAX_PROBLEM = 1000


class NotATraining(Exception):
    """A file is no DetectorTraining.

    Attributes:
        problems: one sentence each, none with the file's name.
    """

    def __init__(self, path: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


def load(path: str | Path) -> DetectorTraining:
    """The DetectorTraining in a YAML (or JSON) file.

    Raises:
        NotATraining: the file cannot be read, is no YAML, or is not a valid DetectorTraining.
    """
    try:
        return parse(_read(Path(path)))
    except _Wrong as wrong:
        raise NotATraining(str(path), wrong.problems) from None


def parse(text: str) -> DetectorTraining:
    """The DetectorTraining in a YAML document.

    Raises:
        NotATraining: it is not one.
    """
    document = _document(text)
    problems = _identity(document)
    if problems:
        raise _Wrong(*problems)
    try:
        return DetectorTraining.model_validate(document, by_alias=True, by_name=False)
    except ValidationError as error:
        raise _Wrong(*sentences(error, DetectorTraining)) from None


class _Wrong(NotATraining):
    def __init__(self, *problems: str) -> None:
        super().__init__("training.yaml", [shortened(problem, MAX_PROBLEM) for problem in problems])


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        what = "is a link to nothing" if path.is_symlink() else "does not exist"
        raise _Wrong(f"the file {what}.") from None
    except OSError as error:
        raise _Wrong(f"cannot be read: {error.strerror}.") from None
    if stat.S_ISDIR(mode):
        raise _Wrong("is a directory; name the file in it.")
    # Pipes are fine (`-f <(helm template …)`); a socket or a device is not.
    if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
        raise _Wrong("is neither a file nor a pipe.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _Wrong(f"cannot be read: {error.strerror}.") from None
    return _decoded(data)


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise _Wrong("is empty.")
    if data.startswith(b"\x1f\x8b"):
        raise _Wrong("is gzip-compressed; unpack it with gunzip.")
    if len(data) > MAX_BYTES:
        raise _Wrong(f"is larger than {MAX_BYTES:,} bytes: more than Kubernetes takes, so it is something else.")
    if b"\0" in data:
        raise _Wrong("is a binary file, not YAML.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Wrong(f"is not UTF-8 (line {line}, byte 0x{data[error.start]:02x}); save it as UTF-8.") from None
    start = text.lstrip()[:200].lower()
    if start.startswith("version https://git-lfs"):
        raise _Wrong("is a git-lfs pointer, not the file itself; run git lfs pull.")
    if start.startswith(("<!doctype", "<html")):
        raise _Wrong("is an HTML page, most likely an error page that was saved in its place.")
    return text


class _StrictLoader(yaml.SafeLoader):
    """YAML in which each key appears once in a mapping (the second one would silently win), and whose merge keys are counted."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._pairs_left = MAX_NODES

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:
        """Compose a mapping and search it for duplicate keys, before other mappings are merged into it."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                if key_node.value in seen:
                    line, key = key_node.start_mark.line + 1, key_node.value[:LONGEST_VALUE]
                    raise _Wrong(f"line {line}: {key} stands twice in the same mapping.")
                seen.add(key_node.value)
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge into a node the mappings under its merge keys; SafeLoader calls this for each before it copies its pairs."""
        super().flatten_mapping(node)
        self._pairs_left -= len(node.value)
        if self._pairs_left < 0:
            raise _Wrong(f"has more than {MAX_NODES:,} values.")

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Construct an int or a float."""
        if isinstance(node.value, str) and len(node.value) > MAX_NUMBER:
            raise _Wrong(f"line {node.start_mark.line + 1}: a number of {len(node.value):,} characters.")
        return self.construct_yaml_int(node) if node.tag.endswith(":int") else self.construct_yaml_float(node)


for _tag in ("int", "float"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _StrictLoader.construct_number)


def _document(text: str) -> object:
    try:
        documents = [document for document in yaml.load_all(text, _StrictLoader) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _Wrong(f"{place}not YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        raise _Wrong(f"not YAML: {str(error).splitlines()[0]}.") from None
    except RecursionError:
        raise _Wrong("is nested too deeply.") from None
    except ValueError as error:  # a date such as 2024-99-99
        raise _Wrong(f"not YAML: {error}.") from None
    if not documents:
        raise _Wrong("is empty: there is nothing in it but comments.")
    if len(documents) > 1:
        kinds = ", ".join(str(document.get("kind", "?")) if isinstance(document, dict) else "?" for document in documents)
        raise _Wrong(f"holds {len(documents)} documents ({kinds}); it must hold one, a {KIND}.")
    if _count(documents[0], MAX_NODES) <= 0:
        raise _Wrong(f"has more than {MAX_NODES:,} values.")
    return documents[0]


def _count(value: object, left: int) -> int:
    """How much is left of a number of nodes after counting those of a value; stops at 0."""
    waiting = [value]
    while waiting and left > 0:
        left -= 1
        top = waiting.pop()
        if isinstance(top, dict):
            waiting += list(top.values())[:left]
        elif isinstance(top, list):
            waiting += top[:left]
    return left


def _identity(document: object) -> list[str]:
    """Problems with what the document says it is: before these are right, no other makes sense."""
    if not isinstance(document, dict):
        return [f"is no {KIND}: it must be a mapping with apiVersion, kind, metadata and spec."]
    problems = []
    for field, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        found = document.get(field)
        if found is None:
            problems.append(f"{field} is missing; it must be {wanted}.")
        elif found != wanted:
            problems.append(f"{field} is {found!r}, and must be {wanted}.")
    if any(not isinstance(key, str) for key in document):
        problems.append("a key of the document is not text.")
    return problems
