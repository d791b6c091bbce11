"""The process of the deep checks: `python -m detector_trainer.deep.child CONFIG STEPS GPUS MODEL_DIR`.

Writes a line of JSON to stdout as each stage begins, and one for what it finds. Whatever else anybody prints goes to stderr.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable


def main() -> int:
    """Says what it finds on what was stdout; 0 whatever that is."""
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    gc.disable()  # collecting takes a quarter of all its time, and gets back 3 % of its memory
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the training has the GPUs
    os.environ.pop("TF_CONFIG", None)  # one worker is as good as all
    run_stages(sys.argv[1:], lambda line: lines.write(json.dumps(line) + "\n"))
    return 0


def run_stages(arguments: list[str], emit: Callable[[dict[str, object]], object]) -> None:
    """Goes through the stages until one fails."""
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
        except Exception as error:  # noqa: BLE001 - whatever the trainer raises is what was asked
            emit({"failed": name, "type": type(error).__name__, "words": str(error), "traceback": traceback.format_exc()})
            return
    emit({"done": True})


if __name__ == "__main__":
    # Not through atexit: TensorFlow's threads take seconds to end, and sometimes do not.
    code = main()
    sys.stderr.flush()
    os._exit(code)
