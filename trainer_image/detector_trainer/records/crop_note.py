"""Augmentations that crop drop broken boxes without a word: the trainer shows no error, but the boxes are lost all the same."""

from __future__ import annotations

from detector_trainer.records.reader_settings import ReaderSettings


def crop_note(settings: ReaderSettings) -> str:
    """What to add to a message about a bad box; empty if no augmentation crops."""
    return f" {settings.crop} drops it silently." if settings.crop else ""
