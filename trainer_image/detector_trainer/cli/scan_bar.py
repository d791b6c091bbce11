"""Shows a progress bar for long scans, on a terminal: bytes, bytes per second, records per second, time left."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from detector_trainer.records.progress import ScanProgress

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOWN_AFTER = 1.0  # seconds: a short scan needs no bar


class ScanBar:
    """A context manager that returns the listener for validate()."""

    def __init__(self) -> None:
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> ScanBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._shown is not None:
            self._shown[0].stop()

    def __call__(self, progress: ScanProgress) -> None:
        """Show the progress of the scan."""
        if self._shown is None and progress.seconds < SHOWN_AFTER:
            return
        bar, task = self._shown or self._start(progress.total_bytes)
        rate = progress.records / progress.seconds if progress.seconds else 0.0
        bar.update(task, completed=progress.bytes, records=f"{rate:,.0f} records/s")

    def _start(self, total: int) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        bar = Progress(
            TextColumn("reading records"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TextColumn("{task.fields[records]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._shown = bar, bar.add_task("scan", total=total, records="")
        bar.start()
        return self._shown
