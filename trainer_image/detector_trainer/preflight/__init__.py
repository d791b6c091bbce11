"""What a trainer's pod looks at before it trains, in under two seconds and without TensorFlow: `preflight(pod) -> RunResult`."""
