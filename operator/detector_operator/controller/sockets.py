"""Create sockets that detect a lost peer: a half-open connection looks like an idle one."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiohttp import AddrInfoType

IDLE_SECONDS: Final = 30
"""The kernel probes the peer after this time without traffic."""
PROBE_SECONDS: Final = 10
PROBES: Final = 3
UNACKNOWLEDGED_MILLISECONDS: Final = (IDLE_SECONDS + PROBE_SECONDS * PROBES) * 1000
"""The connection is closed if sent data is not acknowledged for so long; the kernel's default is about 15 minutes."""

# By name: not every platform has all of them.
_OPTIONS: Final = (
    ("TCP_KEEPIDLE", IDLE_SECONDS),
    ("TCP_KEEPINTVL", PROBE_SECONDS),
    ("TCP_KEEPCNT", PROBES),
    ("TCP_USER_TIMEOUT", UNACKNOWLEDGED_MILLISECONDS),
)


def keepalive_socket(address: AddrInfoType) -> socket.socket:
    """Create a socket with TCP keepalive for an address as getaddrinfo returns it (a socket factory of aiohttp)."""
    family, kind, protocol, *_ = address
    created = socket.socket(family, kind, protocol)
    created.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            created.setsockopt(socket.IPPROTO_TCP, option, value)
    return created
