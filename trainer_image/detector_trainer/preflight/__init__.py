"""Checks of a trainer pod before it trains, in less than two seconds and without TensorFlow: `preflight(pod) -> RunResult`."""
