"""Trains: runs model_main_tf2's own main in this process, with what it lacks.

`launch.train` puts it together: flags, hooks into train_loop, progress, safe stop, stall watchdog, and how the run ended.
"""
