"""What the error messages of the trainer mean: one file a failure, `classify` to find it."""

from detector_trainer.failures.classify import Classified, classify

__all__ = ["Classified", "classify"]
