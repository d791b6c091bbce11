"""`validate --deep`: the real trainer's own code over the inputs, in a process of its own: build, batches, loss, restore.

`run.py` starts it and makes findings of what it says; it needs no TensorFlow. `child.py` is that process.
"""
