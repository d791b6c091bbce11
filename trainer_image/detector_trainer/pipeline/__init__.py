"""The pipeline config and the files it names, read as the trainer reads them, without TensorFlow."""
