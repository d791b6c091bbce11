"""The config as text: what does not parse, and what an escape makes of a path."""

from __future__ import annotations

from oracle.handmade.row import INPUT, case, config

CONFIG_TEXTS = (
    case("1", "a misspelt field", ["config-text", "batch_size", "batchsize"]),
    case("1", "an unknown block", ["config-text", "train_config {", "input_reader {\n}\ntrain_config {"]),
    config("2", "a Windows path", INPUT + "[0]", r'"C:\\data\new.record"'),
    case("2", "a Windows path with an escape", ["config-text", '"FOLDER/train.record"', r'"C:\Users\me\train.record"']),
    case("3", "a field twice", ["config-text", "  batch_size: 2\n", "  batch_size: 2\n  batch_size: 1\n"]),
    case("-", "a byte order mark", ["config-text", "model {", "\N{ZERO WIDTH NO-BREAK SPACE}model {"]),
)  # fmt: skip
