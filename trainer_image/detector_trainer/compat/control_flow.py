"""tf_slim 1.1 takes case, cond and while_loop from control_flow_ops; TensorFlow 2.13 moved them to modules of their own."""

from __future__ import annotations


def install() -> None:
    """Puts the three functions back."""
    from tensorflow.python.ops import cond, control_flow_case, control_flow_ops, while_loop

    for name, function in (
        ("case", control_flow_case.case),
        ("cond", cond.cond),
        ("while_loop", while_loop.while_loop),
    ):
        if not hasattr(control_flow_ops, name):
            setattr(control_flow_ops, name, function)
