"""Classifies the error messages of the trainer: one module per area, `classify` finds the entry."""

from detector_trainer.failures.classify import Classified, classify

__all__ = ["Classified", "classify"]
