"""What is known of a call besides its speech: it goes with the call, through transfers and conferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from switchsim.callcentre.ccs.state import CallData
from switchsim.callcentre.view import seat_of
from switchsim.model.cti import CallsJoined
from switchsim.model.events import DataShown, InputRefused

if TYPE_CHECKING:
    from switchsim.callcentre.ccs.server import Ccs

LETTER: Final = "call_data"
"""`Application.what`: CallData, from an IVR; the CCS that gets it tells the other."""
MOST_KEYS: Final = 32
MOST_CHARACTERS: Final = 256


class CallDataKeeper:
    """Both CCS keep it; the active one shows it on the screen of the seat that rings for the call or gets it."""

    def __init__(self, ccs: Ccs) -> None:
        self.ccs = ccs

    def given(self, octets: bytes) -> None:
        try:
            row = msgspec.msgpack.decode(octets, type=CallData)
        except msgspec.MsgspecError:
            self.ccs.emit(InputRefused(0, "call data that cannot be read"))
            return
        self._add(row.call, row.values)

    def _add(self, call: int, values: dict[str, str]) -> None:
        """Values that are there are replaced."""
        if call not in self.ccs.state.switch.calls:
            return
        both = {**self.ccs.state.data.get(call, {}), **values}
        long = any(len(key) > MOST_CHARACTERS or len(value) > MOST_CHARACTERS for key, value in both.items())
        if len(both) > MOST_KEYS or long:
            self.ccs.emit(InputRefused(0, f"call data beyond {MOST_KEYS} keys of {MOST_CHARACTERS} characters"))
        elif both:
            self.ccs.state.data[call] = both

    def merge(self, data: dict[int, dict[str, str]]) -> None:
        """What the other knows, where nothing is known here."""
        for call, values in data.items():
            self._add(call, {**values, **self.ccs.state.data.get(call, {})})

    def joined(self, event: CallsJoined) -> None:
        """A transfer moves voice and data together."""
        old = self.ccs.state.data.pop(event.old, {})
        self._add(event.call, {**old, **self.ccs.state.data.get(event.call, {})})
        self.show(event.call, seat_of(event.to) or event.to)

    def show(self, call: int, seat: str) -> None:
        values = self.ccs.state.data.get(call)
        if values and self.ccs.active and seat in self.ccs.state.switch.seats:
            self.ccs.emit(DataShown(call, seat, " ".join(f"{key}={value}" for key, value in values.items())))

    def forget(self, call: int) -> None:
        self.ccs.state.data.pop(call, None)
