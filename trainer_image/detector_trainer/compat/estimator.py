"""TensorFlow 2.16 removed tf.estimator; object_detection names its classes while its TF1 half is imported."""

from __future__ import annotations

from types import SimpleNamespace


class _Removed:
    """A class of tf.estimator: can be named and derived from, not used."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise NotImplementedError("tf.estimator was removed from TensorFlow; only the TF2 trainer works")


STAND_IN = SimpleNamespace(
    Estimator=_Removed,
    EstimatorSpec=_Removed,
    EvalSpec=_Removed,
    TrainSpec=_Removed,
    ModeKeys=SimpleNamespace(TRAIN="train", EVAL="eval", PREDICT="infer"),
    export=SimpleNamespace(PredictOutput=_Removed, ServingInputReceiver=_Removed),
    tpu=SimpleNamespace(TPUEstimator=_Removed, TPUEstimatorSpec=_Removed, TPUConfig=_Removed, RunConfig=_Removed),
)


def install() -> None:
    """Gives tf, tf.compat.v1 and tf.compat.v2 an `estimator`, where they have none."""
    import tensorflow as tf

    for module in (tf, tf.compat.v1, tf.compat.v2):
        if not hasattr(module, "estimator"):
            module.estimator = STAND_IN
