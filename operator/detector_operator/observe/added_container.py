"""Define the hint for a container that a mesh, a policy or a webhook has injected into the pod."""

from typing import Final

ADDED: Final = "A mesh, a policy or a webhook has injected it into the pod: fix that, or contact your cluster administrator."
