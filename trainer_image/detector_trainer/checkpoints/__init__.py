"""Reads TensorFlow 2 checkpoints without TensorFlow, and matches them with the variables of a model."""
