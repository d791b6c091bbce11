"""Runs model_main_tf2's main in this process, and returns an exit code that classifies the result."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from detector_trainer.command.flags import UsageError, termination_message_path
from detector_trainer.command.run_result import RunResult, RunTerminated, TrainingState, of_exception
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.lease.lease import Lease
from detector_trainer.lease.model_dir_in_use import lost
from detector_trainer.pipeline.gfile import is_remote
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.pipeline.overrides import apply_overrides, effective_text
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.training.flags import TrainFlags, parse
from detector_trainer.training.watchdog import Watchdog, stopped

if TYPE_CHECKING:
    from detector_trainer.protos.types import TrainEvalPipelineConfig


def train(flags: TrainFlags) -> int:
    """Train with these flags; return the exit code (contract.ExitCode). Every exit writes the termination message."""
    state = TrainingState()

    def report(result: RunResult) -> None:
        result.report(flags.termination_message_path)
        lease.release()

    def on_lost(holder: str) -> None:
        watchdog.end(lost(holder, flags.model_dir, state))

    lease = Lease(flags.model_dir, on_lost=on_lost)
    watchdog = Watchdog(state, report, grace_period=flags.grace_period, stall_timeout=flags.stall_timeout)
    watchdog.start()
    try:
        result = _train(flags, state, watchdog, lease)
    except RunTerminated as terminated:
        result = terminated.result(state)
    except UsageError as error:
        result = usage_result(str(error))
    except Exception as error:  # noqa: BLE001 - whatever the trainer raises belongs in the termination message
        result = of_exception(error, state)
    if not watchdog.over():
        # Another thread is ending the process, and its result counts.
        sys.stdout.flush()
        import threading

        threading.Event().wait()
    report(result)
    return int(result.code)


def usage_result(message: str) -> RunResult:
    """Return the result of a run with wrong flags."""
    return RunResult(ExitCode.USAGE, reasons.USAGE, f"{message}.", "`detector-training train --help` shows all flags.")


def _train(flags: TrainFlags, state: TrainingState, watchdog: Watchdog, lease: Lease) -> RunResult:
    config = _effective_config(flags)
    if flags.owns_model_dir and not is_remote(flags.model_dir):
        lease.hold()
    with tempfile.TemporaryDirectory(prefix="detector-training-") as scratch:
        path = flags.pipeline_config_path
        if flags.overrides:
            path = str(Path(scratch, "pipeline.config"))
            Path(path).write_text(effective_text(config), encoding="utf-8")
        tf, model_main_tf2 = _import_trainer()
        _require_gpus(tf, flags.require_gpus)
        _parse_upstream_flags({**flags.upstream, "pipeline_config_path": path})
        lease.settle()
        watchdog.training_started()
        if flags.evaluates_only:
            sys.stderr.write("detector-training: --checkpoint_dir is set: evaluating checkpoints, not training.\n")
            model_main_tf2.main([])
            return RunResult(ExitCode.DONE, reasons.COMPLETED, "Evaluation ended: no new checkpoint appeared.", state=state)
        return _run_loop(tf, model_main_tf2, flags, config, state, watchdog, lease)


def _run_loop(
    tf: ModuleType,
    model_main_tf2: ModuleType,
    flags: TrainFlags,
    config: TrainEvalPipelineConfig,
    state: TrainingState,
    watchdog: Watchdog,
    lease: Lease,
) -> RunResult:
    from detector_trainer.training.hooks import TrainLoop

    def before_save() -> None:
        """Terminate the run before it writes to a directory that another training has taken over."""
        if (holder := lease.other_holder()) is not None:
            result = lost(holder, flags.model_dir, state)
            raise RunTerminated(result.code, result.reason, result.message, result.hint)

    _find_checkpoint(tf, flags.model_dir, state)
    loop = TrainLoop(
        tf,
        state=state,
        watchdog=watchdog,
        reporter_options={
            "batch_size": config.train_config.batch_size,
            "interval": flags.log_interval,
            "human": flags.human,
            "structured": flags.structured,
        },
        checkpoint_every=int(flags.upstream.get("checkpoint_every_n", 1000)),
        before_save=before_save,
    )
    with loop.hooked(model_main_tf2.model_lib_v2):
        model_main_tf2.main([])
    if watchdog.stop_requested and state.step != state.total_steps:
        saved = "a checkpoint is saved" if state.steps_this_run else "nothing had to be saved"
        return stopped(state, watchdog.signal_name, saved)
    return RunResult(
        ExitCode.DONE,
        reasons.COMPLETED,
        f"Trained to step {state.step}; the last checkpoint is {state.checkpoint}.",
        state=state,
    )


def _effective_config(flags: TrainFlags) -> TrainEvalPipelineConfig:
    try:
        pipeline = read_pipeline_config(flags.pipeline_config_path)
    except Unreadable as error:
        line = f" (line {error.line})" if error.line else ""
        raise RunTerminated(ExitCode.DATA, reasons.INVALID_CONFIG, f"{error}{line}.", error.hint) from None
    try:
        return apply_overrides(pipeline.message, flags.overrides)
    except ValueError as error:
        raise UsageError(f"--set: {error}") from None


def _import_trainer() -> tuple[ModuleType, ModuleType]:
    from detector_trainer import compat

    try:
        compat.install()
        import tensorflow as tf
        from object_detection import model_main_tf2
    except ImportError as error:
        raise RunTerminated(
            ExitCode.ENVIRONMENT,
            reasons.ENVIRONMENT_UNUSABLE,
            f"The trainer cannot be imported: {error}.",
            "Install requirements/trainer-cpu.txt or trainer-gpu.txt; run `detector-training doctor` for details.",
        ) from error
    tf.get_logger().setLevel("ERROR")  # its INFO and WARNING lines would bury ours
    return tf, model_main_tf2


def _require_gpus(tf: ModuleType, required: int) -> None:
    visible = len(tf.config.list_physical_devices("GPU"))
    if visible < required:
        raise RunTerminated(
            ExitCode.ENVIRONMENT,
            reasons.ENVIRONMENT_UNUSABLE,
            f"{required} GPU{'s' * (required != 1)} required, {visible} visible to TensorFlow.",
            "Run `detector-training doctor` to find what is missing: driver, device, or a TensorFlow built for GPUs.",
        )


def _parse_upstream_flags(values: Mapping[str, object]) -> None:
    from absl import flags as absl_flags

    arguments = [f"--{name}={value}" for name, value in values.items()]
    try:
        absl_flags.FLAGS(["detector-training train", *arguments])
    except absl_flags.Error as error:
        raise UsageError(str(error)) from None


def _find_checkpoint(tf: ModuleType, model_dir: str, state: TrainingState) -> None:
    """Record the checkpoint that train_loop will resume from, so that an early exit can name it."""
    prefix = tf.train.latest_checkpoint(model_dir)
    if prefix is None:
        return
    names = {name for name, _ in tf.train.list_variables(prefix)}
    name = "step/.ATTRIBUTES/VARIABLE_VALUE"
    state.checkpoint = prefix
    state.checkpoint_step = int(tf.train.load_variable(prefix, name)) if name in names else None


def main(argv: Sequence[str]) -> int:
    """Run the verb `train`; return its exit code (contract.ExitCode)."""
    try:
        flags = parse(argv)
    except UsageError as error:
        usage_result(str(error)).report(termination_message_path(argv))
        return int(ExitCode.USAGE)
    return train(flags)
