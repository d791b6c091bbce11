"""Runs the deep checks in this process: `python -m detector_trainer.deep.child CONFIG STEPS GPUS MODEL_DIR`.

Writes a line of JSON to stdout when a stage starts, and one for each result. All other output goes to stderr.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable


def main() -> int:
    """Run all stages, writing JSON lines to the original stdout. Always returns 0."""
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    gc.disable()  # garbage collection takes a quarter of the time, and frees 3 % of the memory
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the GPUs belong to the training
    os.environ.pop("TF_CONFIG", None)  # one worker is enough
    run_stages(sys.argv[1:], lambda line: lines.write(json.dumps(line) + "\n"))
    return 0


def run_stages(arguments: list[str], emit: Callable[[dict[str, object]], object]) -> None:
    """Run the stages until one fails.

    Args:
        arguments: path of the config, steps, GPUs, model_dir.
        emit: writes a line of the output.
    """
    config, steps, gpus, model_dir = arguments
    emit({"stage": "import"})
    try:
        from detector_trainer import compat

        compat.install()
        from detector_trainer.deep.stages import STAGES, Trainer
    except ImportError as error:
        emit({"impossible": f"The trainer cannot be imported: {error}."})
        return
    trainer = Trainer(config, steps=int(steps), gpus=max(1, int(gpus)), model_dir=model_dir)
    for name, stage in STAGES.items():
        emit({"stage": name})
        try:
            stage(trainer, emit)
        except Exception as error:  # noqa: BLE001 - whatever the trainer raises is the result
            emit({"failed": name, "type": type(error).__name__, "words": str(error), "traceback": traceback.format_exc()})
            return
    emit({"done": True})


if __name__ == "__main__":
    # Not through atexit: TensorFlow's threads take seconds to end, and sometimes do not.
    code = main()
    sys.stderr.flush()
    os._exit(code)
