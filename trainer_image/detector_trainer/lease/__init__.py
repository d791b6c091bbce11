"""The lease of a model directory: only one training at a time may write to it."""
