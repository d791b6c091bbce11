"""What holds for all tests: generated examples are the same each time, unless one goes looking for others (`make explore`)."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("same", max_examples=150, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", max_examples=5000, deadline=None, print_blob=True)
# For tools/mutants: that an example fails is all that counts.
settings.register_profile("mutants", max_examples=150, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
settings.load_profile("same")
