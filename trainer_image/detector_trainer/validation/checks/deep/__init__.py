"""Findings of the trainer's own code, run on a CPU over a few images: `validate --deep`."""
