"""What holds for all tests: generated examples are the same each time, unless one goes looking for others (`make explore`)."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", max_examples=150, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile("same")
