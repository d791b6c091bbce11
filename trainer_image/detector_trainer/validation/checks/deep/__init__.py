"""What the trainer's own code says, run on a CPU over a few images: `validate --deep`."""
