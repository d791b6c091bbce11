"""Provides tf.estimator, which TensorFlow 2.16 removed: the TF1 half of object_detection uses its classes when it is imported."""

from __future__ import annotations

from types import SimpleNamespace


class _Removed:
    """A class of tf.estimator: can be referenced and subclassed, not used."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise NotImplementedError("tf.estimator was removed from TensorFlow; only the TF2 trainer works")


PLACEHOLDER = SimpleNamespace(
    Estimator=_Removed,
    EstimatorSpec=_Removed,
    EvalSpec=_Removed,
    TrainSpec=_Removed,
    ModeKeys=SimpleNamespace(TRAIN="train", EVAL="eval", PREDICT="infer"),
    export=SimpleNamespace(PredictOutput=_Removed, ServingInputReceiver=_Removed),
    tpu=SimpleNamespace(TPUEstimator=_Removed, TPUEstimatorSpec=_Removed, TPUConfig=_Removed, RunConfig=_Removed),
)


def install() -> None:
    """Add `estimator` to tf, tf.compat.v1 and tf.compat.v2, where it is missing."""
    import tensorflow as tf

    for module in (tf, tf.compat.v1, tf.compat.v2):
        if not hasattr(module, "estimator"):
            module.estimator = PLACEHOLDER
