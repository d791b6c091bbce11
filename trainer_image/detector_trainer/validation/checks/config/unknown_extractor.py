"""The feature extractor type is not one that TF2 builds (builders/model_builder.py)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline.extractors import extractors
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/unknown-extractor",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(4,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The feature extractor's type does not exist in TF2, or belongs to another meta-architecture.",
    why='The trainer fails with "… is not supported for tf version 2", or with a bare KeyError.',
    fix="Use the TF2 name, usually the TF1 name with the suffix _keras; the config itself must be for TF2.",
    example="type: 'ssd_mobilenet_v2'   ->   type: 'ssd_mobilenet_v2_keras'",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, with the most similar types that exist."""
    which = inputs.config.model.WhichOneof("model")
    if which not in extractors():
        return
    kind = getattr(inputs.config.model, which).feature_extractor.type
    known = extractors()[which]
    if kind in known:
        return
    field = f"model.{which}.feature_extractor.type"
    others = [name for name, types in extractors().items() if kind in types]
    if not kind:
        message = f"{field} is not set."
    elif others:
        message = f"{field} is {kind!r}, which belongs to {others[0]} models."
    else:
        message = f"{field} is {kind!r}, which TF2 does not have."
    near = [f"{kind}_keras"] if f"{kind}_keras" in known else difflib.get_close_matches(kind, known, 3, 0.5)
    hint = f"Use {' or '.join(near or known)}."
    yield RULE.finding(message, hint, where=inputs.at(field))
