"""A valid set of inputs in a directory, to be broken in one place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from detector_trainer.contract import Report
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate

ROOT = Path(__file__).resolve().parents[2]
SOUND = ROOT / "examples" / "broken" / "sound"


class Case:
    """The valid example, copied: config, label map, records, checkpoint; all paths absolute."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pipeline = folder / "pipeline.config"
        self.label_map = folder / "label_map.pbtxt"
        self.record = folder / "pets.record"
        self.checkpoint = folder / "zoo" / "ckpt-2"
        self.model_dir = folder / "model"
        shutil.copy(SOUND / "pets.record", self.record)
        shutil.copy(ROOT / "examples" / "pets" / "pet_label_map.pbtxt", self.label_map)
        shutil.copytree(SOUND / "checkpoint", self.checkpoint.parent)
        self.config: Any = read_pipeline_config(str(SOUND / "pipeline.config")).message
        self.config.train_config.fine_tune_checkpoint = str(self.checkpoint)
        for reader in (self.config.train_input_reader, *self.config.eval_input_reader):
            reader.label_map_path = str(self.label_map)
            reader.tf_record_input_reader.input_path[:] = [str(self.record)]
        self.options: dict[str, Any] = {"model_dir": str(self.model_dir), "checkpoint_every_n": 1}

    def write(self) -> None:
        """Writes the config, after it was changed."""
        self.pipeline.write_text(text_format.MessageToString(self.config))

    def report(self, *, scan: bool = True) -> Report:
        """The verdict on it."""
        return validate(Inputs(str(self.pipeline), **self.options), scan=scan)


def codes(report: Report) -> dict[str, str]:
    """Code to severity of what was found, what is worth knowing (info) left out."""
    return {finding.code: finding.severity.value for finding in report.findings if finding.severity != "info"}
