"""Read a training.yaml, and report all its errors together, as sentences."""

from __future__ import annotations

import stat
from pathlib import Path

import yaml
from pydantic import ValidationError

from detector_operator.api.errors import MAX_VALUE, error_messages
from detector_operator.api.resource import API_VERSION, KIND, DetectorTraining
from detector_trainer.contract.shortened import shortened

# etcd stores no object larger than about 1.5 MB.
MAX_BYTES = 1_500_000
# With YAML aliases a few lines can expand to a document that does not fit into memory.
MAX_NODES = 200_000
# No number in a spec is longer. Parsing one in base 60 (1:20:30) takes quadratic time, or it cannot be written back.
MAX_NUMBER = 100
# Maximum characters of an error: the key that it names may be as long as the file.
MAX_PROBLEM = 1000


class InvalidTrainingFile(Exception):
    """Report that a file is not a valid DetectorTraining.

    Attributes:
        problems: one sentence each, without the name of the file.
    """

    def __init__(self, path: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


def load(path: str | Path) -> DetectorTraining:
    """Load a DetectorTraining from a YAML (or JSON) file.

    Raises:
        InvalidTrainingFile: the file cannot be read, is not YAML, or is not a valid DetectorTraining.
    """
    try:
        return parse(_read(Path(path)))
    except _Invalid as error:
        raise InvalidTrainingFile(str(path), error.problems) from None


def parse(text: str) -> DetectorTraining:
    """Parse a DetectorTraining from a YAML document.

    Raises:
        InvalidTrainingFile: it is not a valid DetectorTraining.
    """
    document = _document(text)
    problems = _identity(document)
    if problems:
        raise _Invalid(*problems)
    try:
        return DetectorTraining.model_validate(document, by_alias=True, by_name=False)
    except ValidationError as error:
        raise _Invalid(*error_messages(error, DetectorTraining)) from None


class _Invalid(InvalidTrainingFile):
    def __init__(self, *problems: str) -> None:
        super().__init__("training.yaml", [shortened(problem, MAX_PROBLEM) for problem in problems])


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        what = "is a dangling link" if path.is_symlink() else "does not exist"
        raise _Invalid(f"the file {what}.") from None
    except OSError as error:
        raise _Invalid(f"cannot be read: {error.strerror}.") from None
    if stat.S_ISDIR(mode):
        raise _Invalid("is a directory, not a file.")
    # Pipes are fine (`-f <(helm template …)`); a socket or a device is not.
    if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
        raise _Invalid("is neither a file nor a pipe.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _Invalid(f"cannot be read: {error.strerror}.") from None
    return _decoded(data)


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise _Invalid("is empty.")
    if data.startswith(b"\x1f\x8b"):
        raise _Invalid("is gzip-compressed; decompress it with gunzip.")
    if len(data) > MAX_BYTES:
        raise _Invalid(f"is larger than {MAX_BYTES:,} bytes: no Kubernetes manifest is larger.")
    if b"\0" in data:
        raise _Invalid("is a binary file, not YAML.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Invalid(f"is not UTF-8 (line {line}, byte 0x{data[error.start]:02x}); save it as UTF-8.") from None
    start = text.lstrip()[:200].lower()
    if start.startswith("version https://git-lfs"):
        raise _Invalid("is a git-lfs pointer, not the file itself; run git lfs pull.")
    if start.startswith(("<!doctype", "<html")):
        raise _Invalid("is an HTML page, probably a saved error page.")
    return text


class _StrictLoader(yaml.SafeLoader):
    """Load YAML with unique keys (the second of two would silently win) and a limited number of merged pairs."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._pairs_left = MAX_NODES

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:
        """Compose a mapping, and reject duplicate keys before other mappings are merged into it."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                if key_node.value in seen:
                    line, key = key_node.start_mark.line + 1, key_node.value[:MAX_VALUE]
                    raise _Invalid(f'line {line}: duplicate key "{key}".')
                seen.add(key_node.value)
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge the mappings of merge keys into a node; SafeLoader calls this before it copies the pairs of each."""
        super().flatten_mapping(node)
        self._pairs_left -= len(node.value)
        if self._pairs_left < 0:
            raise _Invalid(f"has more than {MAX_NODES:,} values.")

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Construct an int or a float."""
        if isinstance(node.value, str) and len(node.value) > MAX_NUMBER:
            raise _Invalid(f"line {node.start_mark.line + 1}: a number with {len(node.value):,} characters.")
        return self.construct_yaml_int(node) if node.tag.endswith(":int") else self.construct_yaml_float(node)


for _tag in ("int", "float"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _StrictLoader.construct_number)


def _document(text: str) -> object:
    try:
        documents = [document for document in yaml.load_all(text, _StrictLoader) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _Invalid(f"{place}not YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        raise _Invalid(f"not YAML: {str(error).splitlines()[0]}.") from None
    except RecursionError:
        raise _Invalid("is nested too deeply.") from None
    except ValueError as error:  # a date such as 2024-99-99
        raise _Invalid(f"not YAML: {error}.") from None
    if not documents:
        raise _Invalid("is empty: it has only comments.")
    if len(documents) > 1:
        kinds = ", ".join(str(document.get("kind", "?")) if isinstance(document, dict) else "?" for document in documents)
        raise _Invalid(f"contains {len(documents)} documents ({kinds}); it must contain one {KIND}.")
    if _count(documents[0], MAX_NODES) <= 0:
        raise _Invalid(f"has more than {MAX_NODES:,} values.")
    return documents[0]


def _count(value: object, left: int) -> int:
    """Subtract the number of nodes of a value from `left`; stops at 0."""
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
    """Return errors in apiVersion and kind. Other errors are not reported before these are fixed."""
    if not isinstance(document, dict):
        return [f"is not a {KIND}: it must be a mapping with apiVersion, kind, metadata and spec."]
    problems = []
    for field, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        found = document.get(field)
        if found is None:
            problems.append(f"{field} is required and must be {wanted}.")
        elif found != wanted:
            problems.append(f"{field} is {found!r}, must be {wanted}.")
    if any(not isinstance(key, str) for key in document):
        problems.append("a key of the document is not a string.")
    return problems
