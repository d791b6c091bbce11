"""Find the docstrings of public functions whose first line does not begin with a verb."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from vocabulary.files import PYTHON, prose_files
from vocabulary.scan import Hit
from vocabulary.verbs import VERBS

INSTEAD = "begin with a verb: Return, Create, Raise, ... (a verb that is missing from tools/vocabulary/verbs.py is added there)"


def without_verb(root: Path, paths: Iterable[str]) -> Iterator[Hit]:
    """Yield the public functions below `paths` whose docstring begins with another word."""
    for file in prose_files(root, paths):
        if file.suffix == PYTHON and "tests" not in file.relative_to(root).parts:
            for line, first in functions_without_verb(file.read_text(encoding="utf-8")):
                yield Hit(str(file.relative_to(root)), line, first, INSTEAD)


def functions_without_verb(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and first words of the docstring of each public function that begins with no verb."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_") and not _is_property(node):
            docstring = ast.get_docstring(node)
            if docstring and not begins_with_verb(docstring):
                yield node.lineno, f"{node.name}: {docstring.splitlines()[0][:60]}"


def begins_with_verb(docstring: str) -> bool:
    """Return whether the first word is a verb, imperative or in the third person."""
    word, _, rest = " ".join(docstring.split()).partition(" ")
    is_noun = word.endswith((",", ":")) or rest.startswith(("of ", "per "))  # "Names of the pods."
    is_noun |= word.endswith("s") and word != "Returns" and rest.startswith(("that ", "which ", "whose "))  # "Records that ..."
    return not is_noun and bool(_base_forms(word.rstrip(".;").lower()) & VERBS)


def _base_forms(word: str) -> set[str]:
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    return forms | {word.removesuffix("ies") + "y"} if word.endswith("ies") else forms


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether it is a property: it reads as an attribute, and its docstring may name what it is."""
    names = {each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in node.decorator_list}
    return bool(names & {"property", "cached_property", "setter"})
