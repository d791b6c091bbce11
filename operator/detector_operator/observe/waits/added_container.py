"""A container that is not ours: a mesh, a policy or a webhook has added it to the pod."""

from typing import Final

ADDED: Final = "A mesh, a policy or a webhook has added it to the pod: fix that, or contact your cluster administrator."
