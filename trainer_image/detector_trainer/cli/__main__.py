"""`python -m detector_trainer.cli`: the same as the console script."""

import sys

from detector_trainer.cli import main

sys.exit(main())
