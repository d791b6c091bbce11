"""`validate --deep`: runs the trainer's own code on the inputs, in a separate process: build, batches, loss, restore.

`run.py` starts the process and turns its output into findings; it needs no TensorFlow. `child.py` is that process.
"""
