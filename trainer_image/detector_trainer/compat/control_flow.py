"""Restores control_flow_ops.case, cond and while_loop, which tf_slim 1.1 imports and TensorFlow 2.13 moved to other modules."""

from __future__ import annotations


def install() -> None:
    """Add the three functions to control_flow_ops."""
    from tensorflow.python.ops import cond, control_flow_case, control_flow_ops, while_loop

    for name, function in (
        ("case", control_flow_case.case),
        ("cond", cond.cond),
        ("while_loop", while_loop.while_loop),
    ):
        if not hasattr(control_flow_ops, name):
            setattr(control_flow_ops, name, function)
