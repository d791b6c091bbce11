"""Reads TensorFlow 2 checkpoints without TensorFlow, and tells what of a model they restore."""
