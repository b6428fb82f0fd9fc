r"""The registry of a host with an IVR: where it finds the CCS, `SOFTWARE\ShenZhenHW\CONFIG`.

Of the standby the source says nothing; that it stands in CONFIG_BAK is an assumption (queue_switch.md).
"""

from __future__ import annotations

from typing import Final

CONFIG: Final = r"SOFTWARE\ShenZhenHW\CONFIG"
CONFIG_BAK: Final = r"SOFTWARE\ShenZhenHW\CONFIG_BAK"


def registry(ccs: tuple[str, ...]) -> dict[str, str]:
    """Key -> name of a CCS's process, at most two: the first is the one that is active when both have started."""
    return dict(zip((CONFIG, CONFIG_BAK), ccs, strict=False))


def ccs_of(keys: dict[str, str]) -> tuple[str, ...]:
    """With whom an IVR of that registry registers: the active and the standby."""
    return tuple(keys[key] for key in (CONFIG, CONFIG_BAK) if key in keys)
