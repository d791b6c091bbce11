"""What passes between the trainer image and the operator, as pydantic models that both sides import.

Three things pass: the container's exit code (`exit_codes`), its termination message (`termination`, JSON of at most 4096
bytes) and structured lines in its log (`progress`). The verdict of a validation is a `Report`.
"""

from detector_trainer.contract.exit_codes import ExitCode
from detector_trainer.contract.findings import Finding, Report, Severity, Verdict, Where
from detector_trainer.contract.progress import Progress
from detector_trainer.contract.termination import TerminationMessage, ValidationSummary

__all__ = [
    "ExitCode",
    "Finding",
    "Progress",
    "Report",
    "Severity",
    "TerminationMessage",
    "ValidationSummary",
    "Verdict",
    "Where",
]
