"""Write the generated files of the repository. `make generate`, `make docs` and `make signatures` run these modules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from detector_trainer import data

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = Path(data.__file__).parent
"""Where the generated files of the trainer image are, `detector_trainer.data`."""
OFFICIAL_CONFIGS: Final = tuple(sorted((ROOT / "tests" / "data" / "official_configs").glob("*.config")))
"""The 40 official TF2 configs."""
