"""Generate the CustomResourceDefinition from the models.

`python -m detector_operator.api.crd` writes crds/detectortrainings.yaml.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from detector_operator.api import bounds, resource, rules, spec, status
from detector_operator.api.resource import GROUP, KIND, PLURAL, VERSION
from detector_trainer.contract import findings

FILE = Path(__file__).parents[3] / "crds" / f"{PLURAL}.yaml"

Schema = dict[str, Any]

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("Phase", "string", ".status.phase", "Current phase."),
    ("Step", "string", ".status.training.progress", "Current step and total steps."),
    ("Loss", "number", ".status.training.loss", "Total loss at the last reported step."),
    ("Restarts", "integer", ".status.training.restarts", "Number of restarts after a failure."),
    ("Reason", "string", ".status.reason", "Why it is waiting, or why it failed."),
    ("Age", "date", ".metadata.creationTimestamp", "Time since creation."),
)

# Keywords that a CRD shares with JSON schema.
_KEPT = (
    *("description", "type", "format", "enum", "minimum", "maximum", "pattern"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
)


def custom_resource_definition() -> Schema:
    """Return the CRD as a manifest."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": KIND.lower(),
                "shortNames": ["dt"],
                "categories": ["all"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [
                        {"name": name, "type": kind, "jsonPath": path, "description": what} for name, kind, path, what in COLUMNS
                    ],
                    "schema": {"openAPIV3Schema": schema()},
                }
            ],
        },
    }


def to_yaml() -> str:
    """Return the CRD as YAML."""
    return yaml.dump(custom_resource_definition(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def schema() -> Schema:
    """Return the structural schema of the resource."""
    generated = resource.DetectorTraining.model_json_schema(by_alias=True, schema_generator=_Unsorted)
    definitions = generated.pop("$defs")
    described = {model.__name__: model for module in (resource, spec, status, findings) for model in _models(module)}
    for name, definition in definitions.items():
        if name in described:
            _describe(definition, described[name])
    for model, limits in bounds.CONTRACT_LIMITS.items():
        for name, most in limits.items():
            _bound(definitions[model.__name__]["properties"][name], most)
    root = _structural(generated, definitions)
    properties = root["properties"]
    root["properties"] = {
        "apiVersion": {"type": "string", "maxLength": bounds.NAME, "description": "Version of this schema."},
        "kind": {"type": "string", "maxLength": bounds.NAME, "description": "DetectorTraining."},
        # Declared so that a rule can refer to it.
        "metadata": {
            "type": "object",
            "properties": {"name": {"type": "string", "maxLength": 253, "description": "Name of the resource."}},
        },
        "spec": properties["spec"],
        "status": properties["status"],
    }
    root["required"] = ["spec"]
    _without_defaults(root["properties"]["status"])
    # Without it, kstatus and Flux would consider a resource that no operator has seen as ready.
    root["properties"]["status"]["default"] = {"observedGeneration": 0}
    root["x-kubernetes-validations"] = [rule.to_dict() for rule in rules.RESOURCE_RULES]
    return root


def _bound(given: Schema, most: int) -> None:
    """Set the maxLength of a text, or of the text in `str | None`."""
    branch: Schema = next((each for each in given.get("anyOf", ()) if each.get("type") == "string"), given)
    branch["maxLength"] = most


class _Unsorted(GenerateJsonSchema):
    """Keep the order of the fields."""

    def sort(self, value: Schema, parent_key: str | None = None) -> Schema:  # noqa: ARG002
        return value


def _without_defaults(given: Schema) -> None:
    """Remove defaults: with them, a status would read differently from how it was written."""
    given.pop("default", None)
    for part in (*given.get("properties", {}).values(), *([given["items"]] if "items" in given else [])):
        _without_defaults(part)


def _structural(given: Schema, definitions: dict[str, Schema]) -> Schema:
    """Convert a pydantic schema to a structural schema: no $ref, no null, no title."""
    if "$ref" in given:
        target = definitions[given["$ref"].rpartition("/")[2]]
        given = {**target, **{key: value for key, value in given.items() if key != "$ref"}}
    if "anyOf" in given:
        (branch,) = (branch for branch in given["anyOf"] if branch.get("type") != "null")
        given = {
            **{key: value for key, value in given.items() if key not in ("anyOf", "default")},
            **_without_docs(branch, given),
        }
        return _structural(given, definitions)
    kept: Schema = {key: given[key] for key in _KEPT if key in given}
    if "const" in given:
        kept["enum"] = [given["const"]]
    if given.get("default") not in (None, [], {}) and not isinstance(given["default"], dict):
        kept["default"] = given["default"]
    if kept.get("type") == "integer":
        kept["format"] = "int64"
    if kept.get("type") == "number":
        kept["format"] = "double"
    kept |= {key: value for key, value in given.items() if key.startswith("x-kubernetes-")}
    if "items" in given:
        kept["items"] = _structural(given["items"], definitions)
    if given.get("additionalProperties") is True:
        kept["x-kubernetes-preserve-unknown-fields"] = True
    if "properties" in given:
        kept["properties"] = {name: _structural(value, definitions) for name, value in given["properties"].items()}
        if given.get("required"):
            kept["required"] = given["required"]
        elif any("default" in value for value in kept["properties"].values()):
            kept["default"] = {}  # applies the defaults of its fields if the whole object is missing
    elif isinstance(given.get("additionalProperties"), dict):
        kept["additionalProperties"] = _structural(given["additionalProperties"], definitions)
    return kept


def _without_docs(branch: Schema, owner: Schema) -> Schema:
    """Return a branch of `Model | None`. The description of the field takes precedence over that of the model."""
    return {key: value for key, value in branch.items() if not (key == "description" and "description" in owner)}


def _models(module: ModuleType) -> list[type[BaseModel]]:
    return [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, BaseModel)]


def _describe(definition: Schema, model: type[BaseModel]) -> None:
    """Describe each property by the string below its field, and the model by the first paragraph of its docstring."""
    definition["description"] = _one_line(inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0])
    strings = field_docs(model)
    for name, field in model.model_fields.items():
        alias = field.alias or name
        if alias in definition.get("properties", {}) and name in strings:
            definition["properties"][alias]["description"] = strings[name]


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Return the string literal that follows each field in the source, by field name."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            found[field.target.id] = _one_line(after.value.value)
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Dumper(yaml.SafeDumper):
    """Write YAML without aliases, which are hard to read."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(to_yaml(), encoding="utf-8")
