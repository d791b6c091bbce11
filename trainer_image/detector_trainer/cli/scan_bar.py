"""A progress bar for long scans, on a terminal: bytes, bytes per second, records per second, time left."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from detector_trainer.validation.scan.progress import ScanProgress

SHOWN_AFTER = 1.0  # seconds: a short scan needs no bar


class ScanBar:
    """A context manager that gives the listener to hand to validate()."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> ScanBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: ScanProgress) -> None:
        """Shows where the scan stands."""
        if self._bar is None:
            if progress.seconds < SHOWN_AFTER:
                return
            self._start(progress.total_bytes)
        rate = progress.records / progress.seconds if progress.seconds else 0.0
        self._bar.update(self._task, completed=progress.bytes, records=f"{rate:,.0f} records/s")

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        self._bar = Progress(
            TextColumn("reading records"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TextColumn("{task.fields[records]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("scan", total=total, records="")
        self._bar.start()
