"""Dense poses are missing, or their points lack coordinates (data_decoders/tf_example_decoder.py)."""

from __future__ import annotations

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""
