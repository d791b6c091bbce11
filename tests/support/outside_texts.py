"""What tenants, nodes and API servers can say: sound lines and messages with fields that are not, and texts of any kind and length."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from support.trainings import at, passed, rejected, termination_message

_HUGE = "@huge"
NUMBERS = st.one_of(
    st.sampled_from([0, -1, 1, 10**18, 10**30, 2**53, 2**80, -(2**80), 1e-320, 1e308, 1e400, -1e400, float("nan"), _HUGE]),
    st.integers(),
    st.floats(),
)
PIECES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *(" ", "\n", "\t", "\x1b[31m", "\0", "\u2028", "\ud800", "😀", '"', "\\", "a/", '"a" not found, ', "{", "["),
            *("preemption: ", "no new claims to deallocate, ", "Insufficient nvidia.com/gpu, ", "exceeded quota: a, requested: "),
            *(
                "couldn't find key a in Secret ",
                "error looking up service account a/",
                'failed calling webhook "a": ',
                "is invalid: ",
            ),
            *(
                'persistentvolumeclaim "',
                'secret "',
                'Back-off pulling image "',
                "Container train for pod a/b failed with exit code ",
            ),
            *("admission webhook ", 'User "', 'MountVolume.SetUp failed for volume "', "The node was low on resource"),
        ]
    ),
)
TEXTS = st.lists(st.builds(lambda piece, count: piece * count, PIECES, st.sampled_from([1, 1, 1, 2, 100, 5000])), max_size=6).map(
    "".join
)
"""Short and long, of what the operator searches texts for."""

VALUES = st.one_of(NUMBERS, TEXTS, st.none(), st.booleans(), st.just([]), st.just({}), st.just([[[]]]))


@st.composite
def damaged(draw: st.DrawFn, sound: list[dict[str, Any]]) -> dict[str, Any]:
    """One of these objects, with values of some fields replaced, at any depth."""
    given: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(sound))))
    for _ in range(draw(st.integers(0, 3))):
        part = given
        while nested := [each for each in part.values() if isinstance(each, dict) and each]:
            if draw(st.booleans()):
                break
            part = draw(st.sampled_from(nested))
        part[draw(st.sampled_from(sorted(part)))] = draw(VALUES)
    return given


def _dump(given: Any) -> str:
    """JSON as a careless program writes it: with NaN, and with numbers of any size."""
    return json.dumps(given, ensure_ascii=False).replace(f'"{_HUGE}"', "9" * 5000)


LINES = damaged([json.loads(at(3, checkpoint=2).model_dump_json(by_alias=True))]).map(
    lambda given: f"detector-training: {_dump(given)}"
)
LOGS = st.lists(
    st.one_of(
        LINES.map(lambda line: f"{line}\n".encode("utf-8", "surrogatepass")),
        TEXTS.map(lambda text: f"{text}\n".encode("utf-8", "surrogatepass")),
        st.binary(max_size=50),
        st.sampled_from([b"\n", b"detector-training: {", b"\r", f"{at(5).to_line()}\n".encode()]),
    ),
    max_size=8,
)
"""Chunks of a log."""
_SOUND = [
    passed().message,
    rejected().message,
    termination_message("StorageError", step=3),
    termination_message("ModelDirInUse"),
    termination_message("Completed", step=100),
]
MESSAGES = st.one_of(
    damaged([json.loads(message.model_dump_json(by_alias=True)) for message in _SOUND if message is not None]).map(_dump),
    TEXTS,
    st.sampled_from(["", "[", '{"reason":', f"{at(9).to_line()}\n"]).flatmap(
        lambda text: st.sampled_from([1, 400, 4000]).map(text.__mul__)
    ),
)
"""Termination messages, or other texts in their place."""
