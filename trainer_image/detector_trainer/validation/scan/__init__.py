"""The record scan: one pass over every file, in parallel processes."""

from detector_trainer.validation.scan.run import ScanError, ScanOutcome, ScanProgress, scan_records

__all__ = ["ScanError", "ScanOutcome", "ScanProgress", "scan_records"]
