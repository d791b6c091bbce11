"""Train: model_main_tf2 with its own flags, plus progress, safe stop and classified failures."""

from __future__ import annotations

from detector_trainer.training.launch import main

__all__ = ["main"]
