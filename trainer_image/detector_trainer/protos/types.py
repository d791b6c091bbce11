"""The messages and enums of the trainer's protos by their short names: `types.TrainEvalPipelineConfig()`.

`types.pyi` and `stubs/` describe their fields to type checkers; tools/generators/proto_types.py writes both
from the descriptors. For an annotation, import a name under TYPE_CHECKING: that costs nothing at run time.
"""

from __future__ import annotations

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

from detector_trainer.protos import descriptor_set, enum_type, message_class


def __getattr__(name: str) -> type[Message] | EnumTypeWrapper:
    """Return the class of a message, or the enum, of this name, and keep it.

    Raises:
        AttributeError: the protos have nothing of that name.
    """
    for file in descriptor_set().file:
        full_name = f"{file.package}.{name}"
        if any(message.name == name for message in file.message_type):
            globals()[name] = message_class(full_name)
        elif any(enum.name == name for enum in file.enum_type):
            globals()[name] = EnumTypeWrapper(enum_type(full_name))
        else:
            continue
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
