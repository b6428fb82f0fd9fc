"""Whether a server of this host listens, told without connecting: a server may take a probe for a call."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Final

_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTEN: Final = "0A"
_LOCAL_ADDRESS, _STATE = 1, 3


def somebody_listens(address: Any) -> bool:
    """Of a socket's address (host, port, ...); True also where it can not be known: on another host, without /proc."""
    host, port = str(address[0]), int(address[1])
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        return True
    found = [port in _ports(table) for table in _TABLES if table.exists()]
    return any(found) if found else True


def _ports(table: Path) -> list[int]:
    """Ports that are listened on, of one of the kernel's tables."""
    try:
        rows = [line.split() for line in table.read_text("ascii").splitlines()[1:]]
    except OSError:
        return []
    return [int(row[_LOCAL_ADDRESS].rpartition(":")[2], 16) for row in rows if row[_STATE] == _LISTEN]
