"""A note for messages about invalid boxes: augmentations that crop drop such boxes silently, instead of an error."""

from __future__ import annotations

from detector_trainer.records.reader_settings import ReaderSettings


def crop_note(settings: ReaderSettings) -> str:
    """Return what to append to a message about an invalid box; empty if no augmentation crops."""
    return f" {settings.crop} drops it silently." if settings.crop else ""
