"""Decides, without TensorFlow, whether a training will train: `validate(inputs) -> Report`."""
