"""Lines to voice processors: circuits without signalling. Calls are attached to them by order of the platform alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Leg

if TYPE_CHECKING:
    from switchsim.firmware.reference.interworking import Caller
    from switchsim.firmware.reference.trunks import Trunks


class VoiceLines:
    """A `Signalling` that has nothing to say, and no room for calls of its own."""

    def __init__(self, trunks: Trunks) -> None:
        self.trunks = trunks

    def proceeding(self, leg: Leg, further: bool) -> None: ...

    def alerting(self, leg: Leg) -> None: ...

    def more_digits(self, leg: Leg) -> None: ...

    def connect(self, leg: Leg) -> None: ...

    def release(self, leg: Leg, cause: int) -> None: ...

    def restart(self, group: int, circuits: list[int]) -> None:
        """There is nobody to ask: they are idle."""
        for index in circuits:
            self.trunks.circuit_state(index, "idle")

    def say(self, leg: Leg, message: str) -> None: ...

    def set_up(self, group: int, called: str, calling: str, caller: Caller | None) -> tuple[int, int]:
        return -1, -1

    def has_room(self, group: int) -> bool:
        return False

    def line_changed(self, group: int, in_service: bool) -> None:
        """`Trunks` blocks the circuits; calls that are attached to one lose it there."""

    def export_call(self, leg: Leg) -> bytes:
        return b""

    def adopt_call(self, leg: Leg, octets: bytes) -> bool:
        return True

    def export_group(self, group: int) -> bytes:
        return b""

    def adopt_group(self, group: int, octets: bytes) -> list[int]:
        return []
