"""What R2 register signals mean where they stand in a call: A-5, A-1 and group I depend on what was asked before.

Q.441 tables 6 to 9; the calling number by repeated A-5 as national networks ask for it; China No.1.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.r2 import codes

GROUPS: Final[dict[str, dict[int, str]]] = {
    "I": codes.GROUP_I, "II": codes.GROUP_II, "A": codes.GROUP_A, "B": codes.GROUP_B, "A_CHINA": codes.GROUP_A_CHINA,
    "KA": codes.KA, "KD": codes.KD, "KB": codes.KB, "KB_LOCAL": codes.KB_LOCAL,
}  # fmt: skip
CHINA_ALONE: Final = frozenset({"KA", "KD", "KB"})
ITU_ALONE: Final = frozenset({"II", "B"})
CALLED, CALLING, EITHER = "called", "calling", "either"
ENDS: Final = {CALLED: "end of pulsing", CALLING: "end of the calling number", EITHER: "end of the number"}
COUNTRY: Final[dict[int, str]] = {
    11: "country code, outgoing half echo suppressor needed", 12: "country code, no echo suppressor",
    13: "test call", 14: "country code, outgoing half echo suppressor inserted",
}  # fmt: skip
ANSWERS: Final[dict[int, dict[int, str]]] = {
    0: COUNTRY,
    11: {**COUNTRY, codes.NOT_ACCEPTED: "country code, no echo suppressor, or request not accepted"},
    12: {**{language: f"language digit {language}" for language in range(1, 10)}, 10: "discriminating digit 0",
         codes.NOT_ACCEPTED: "request not accepted"},
    13: {codes.NOT_ACCEPTED: "request not accepted", 13: "no satellite link", 14: "satellite link"},
    14: {codes.NOT_ACCEPTED: "request not accepted", 14: "incoming half echo suppressor needed"},
}  # fmt: skip
"""ITU: group I in answer to a backward signal; to 0, which is the seizure, it is the first one of the call."""


class Dialogue(msgspec.Struct):
    """The register signals of one call so far, as far as the next one's meaning hangs on them."""

    china: bool
    number: str = CALLED  # whose digits go on
    request: int = 0  # the backward signal before, 0: none
    asked: bool = False  # for the calling party, before
    digits: int = 0  # of the called number, before the calling one was asked for
    kd: int = 0

    def meaning(self, group: str, signal: int) -> str:
        """Of the signal that begins now. It is noted for those that follow."""
        if group == "I":
            return self._group_i(signal)
        if group == "A":
            text = self._group_a(signal)
            self.request = signal
            return text
        table = group
        if group == "KD":
            self.kd = signal
        elif group == "KB" and self.kd in codes.KD_LOCAL:
            table = "KB_LOCAL"
        return GROUPS[table].get(signal, "spare")

    def _group_a(self, signal: int) -> str:
        if signal == (6 if self.china else 5):
            return self._asks(signal)
        if signal == 1:
            return self._next()
        self.number = CALLED
        return GROUPS["A_CHINA" if self.china else "A"].get(signal, "spare")

    def _asks(self, signal: int) -> str:
        """For the calling party. China's number goes on by A-1: whose digits, where both orders may be meant?"""
        again, self.asked = self.asked, True
        self.number = EITHER if self.china and self.digits == 1 else CALLING
        if self.china:
            return codes.GROUP_A_CHINA[signal]
        return "send next calling digit" if again else codes.GROUP_A[signal]

    def _next(self) -> str:
        if self.china and self.number != CALLED:
            return "send next calling digit" if self.number == CALLING else "send next digit, calling number first"
        was, self.number = self.number, CALLED
        behind = was == CALLING or (self.china and self.asked)
        return "send next called digit" if behind else codes.GROUP_A[1]

    def _group_i(self, signal: int) -> str:
        whose, digit = self.number, codes.signal_digit(signal)
        if whose == CALLED:
            self.digits += not self.asked
        elif self.china and not digit:
            self.number = CALLED
        if not self.china and signal in ANSWERS.get(self.request, ()):
            return ANSWERS[self.request][signal]
        if signal == codes.END:
            return ENDS[whose]
        if whose != CALLED and signal == codes.NOT_ACCEPTED:
            return "calling number restricted"
        if digit and whose == CALLING:
            return f"calling digit {digit}"
        return codes.GROUP_I[signal] if digit or not self.china else f"code {signal}"
