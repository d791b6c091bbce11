"""The optimizer and the schedule of its learning rate."""

from __future__ import annotations

from typing import Any

from oracle.handmade.row import config

LR = "train_config.optimizer.momentum_optimizer.learning_rate"


def cosine(**fields: Any) -> str:
    """A schedule as text proto."""
    return f"{{ cosine_decay_learning_rate {{ {' '.join(f'{name}: {value}' for name, value in fields.items())} }} }}"


LEARNING_RATES = (
    config("8", "no optimizer", "train_config.optimizer", None),
    config("8", "no learning rate", LR, None),
    config("8", "base below warmup", LR, cosine(learning_rate_base=0.001, warmup_learning_rate=0.01, warmup_steps=2, total_steps=10)),
    config("8", "total below warmup by default", LR, cosine(learning_rate_base=0.01, total_steps=100)),
    config("8", "total is warmup and hold", LR, cosine(learning_rate_base=0.01, warmup_learning_rate=0.001, warmup_steps=5, hold_base_rate_steps=5, total_steps=10)),
    config("8", "a manual step at 0", LR, "{ manual_step_learning_rate { initial_learning_rate: 0.01 schedule { step: 0 learning_rate: 0.1 } } }"),
    config("8", "manual steps that fall", LR, "{ manual_step_learning_rate { schedule { step: 5 learning_rate: 0.1 } schedule { step: 4 learning_rate: 0.1 } } }"),
    config("8", "an empty manual schedule", LR, "{ manual_step_learning_rate { } }"),
    config("8", "an exponential schedule", LR, "{ exponential_decay_learning_rate { } }"),
    config("8", "warmup to the end", LR, cosine(learning_rate_base=0.01, warmup_learning_rate=0.001, warmup_steps=5, total_steps=5)),
    config("8", "an exponential schedule of 0 steps", LR, "{ exponential_decay_learning_rate { decay_steps: 0 } }"),
    config("8", "an exponential schedule with a negative factor", LR, "{ exponential_decay_learning_rate { decay_steps: 5 decay_factor: -1 staircase: false } }"),
    config("8", "a rate of 0", LR, "{ constant_learning_rate { learning_rate: 0 } }"),
    config("8", "a rate of NaN", LR, "{ constant_learning_rate { learning_rate: nan } }"),
    config("8", "a later rate of NaN", LR, "{ manual_step_learning_rate { schedule { step: 50 learning_rate: nan } } }"),
    config("9", "steps beyond the schedule", LR, cosine(learning_rate_base=0.001, warmup_learning_rate=0.001, warmup_steps=1, total_steps=5)),
    config("10", "a huge learning rate", LR, "{ constant_learning_rate { learning_rate: 1e6 } }"),
    config("N12", "RMSprop", "train_config.optimizer", "{ rms_prop_optimizer { learning_rate { constant_learning_rate { learning_rate: 0.001 } } } }"),
)  # fmt: skip
