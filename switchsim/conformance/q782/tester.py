"""What the tester makes of a sheet's words: the messages that it sends, and what it holds against those that come."""

from __future__ import annotations

from typing import Final

from switchsim.conformance.q782.bench import Bench, Seen
from switchsim.conformance.q782.layouts import NI, OWN
from switchsim.conformance.q782.octets import (
    CHANGEOVER,
    LINK_NAMES,
    ROUTES,
    TESTS,
    Values,
    compose,
    read,
)

PATTERN: Final = bytes(range(0x21, 0x30))


class Tester:
    """The points around the implementation under test; it remembers which link each flow began on."""

    def __init__(self, bench: Bench, lossy: bool) -> None:
        self.bench = bench
        self.lossy = lossy
        self.carriers: dict[tuple[int, int], int] = {}  # (destination, SLS) -> the link of its first message
        self.newest: dict[tuple[str, int, int, int], int] = {}
        self.pattern = b""
        self.code = 0
        self.sent_count = 0

    # -- sending -------------------------------------------------------------------------------------------------------

    def send(self, name: str, values: Values) -> None:
        """A `<` line."""
        bench, link = self.bench, values["ON"]
        point = bench.links[link][0]
        about = values.get("FOR", link)
        opc = values.get("FROM", bench.links[about][0] if about in bench.links else point)
        sls = values.get("SLS", values.get("SLC", 0))
        if name in LINK_NAMES and "SLC" not in values:
            sls = bench.links[about][1]
        given = dict(values)
        pattern = self._fill_in(name, given, about)
        octets = compose(name, given, values.get("TO", self._destination(name, values)), opc, sls, bench.variant,
                         pattern)
        bench.send(link, octets, str(read(octets, bench.variant)) if len(octets) > 6 else octets.hex())

    @staticmethod
    def _destination(name: str, values: Values) -> int:
        return values.get("DEST", OWN) if name == "TEST" else OWN

    def _fill_in(self, name: str, given: Values, about: int) -> bytes:
        """What a line does not say: numbers that are right."""
        bench = self.bench
        if name in CHANGEOVER:
            given["FSN"] = given.get("FSN", bench.got.get(about, 0) + given.get("OFF", 0)) & 127
        elif name == "CBD":
            self.code = given["CODE"] = given.get("CODE", 0)
        elif name == "CBA":
            given["CODE"] = given.get("CODE", bench.codes.get((given["ON"], about), 0))
        elif name in (*ROUTES, "TFC", "UPU"):
            given.setdefault("DEST", bench.layout.main)
        elif name == "TEST":
            given["DATA"] = given.get("DATA", self.sent_count)
            self.sent_count = given["DATA"] + 1
        elif name == "SLTM":
            self.pattern = PATTERN[: given.get("LENGTH", 15) or 1]
            return self.pattern
        elif name == "SLTA":
            pattern = bench.patterns.get(given["ON"], PATTERN)
            return bytes(octet ^ 0xFF for octet in pattern) if "wrong" in given else pattern
        return b""

    # -- judging -------------------------------------------------------------------------------------------------------

    def mismatch(self, name: str, values: Values, seen: Seen) -> str:
        """Why a message is not what a `>` line says; empty when it is."""
        message = seen.message
        if message.name != name or message.ni != NI:
            return f"not {name}"
        if values.get("ON", seen.link) != seen.link:
            return f"on link {seen.link}"
        where = self._label(name, values, seen.link)
        for key, expected in where.items():
            if expected >= 0 and getattr(message, key) != expected:
                return f"{key} {getattr(message, key)} instead of {expected}"
        for key, expected in self._values(name, values, seen.link).items():
            if key in message.values and message.values[key] != expected:
                return f"{key}={message.values[key]} instead of {expected}"
        if name == "SLTA" and message.pattern != self.pattern:
            return "another pattern than that of the SLTM"
        return ""

    def _label(self, name: str, values: Values, link: int) -> dict[str, int]:
        """What a label has to be; -1: anything."""
        layout = self.bench.layout
        if name == "TEST":
            flow = values.get("OF")
            sls = self.flow(flow, values) if flow else values.get("SLS", -1)
            return {"dpc": values.get("DEST", -1), "opc": values.get("FROM", OWN), "sls": sls,
                    "si": values.get("SI", 5)}
        about = values.get("FOR", link)
        label = {"dpc": values.get("TO", self.bench.links[about][0]), "opc": OWN, "si": int(name in TESTS)}
        if name in LINK_NAMES:
            label["sls"] = layout.links()[about][1]
        return label

    def _values(self, name: str, values: Values, link: int) -> Values:
        about = values.get("FOR", link)
        named = ("DATA", "DEST", "LEVEL", "USER", "CAUSE", "CODE")
        given: Values = {key: values[key] for key in named if key in values}
        if name in CHANGEOVER:
            given["FSN"] = values.get("FSN", self.bench.sent[about])
        elif name == "CBA":
            given.setdefault("CODE", self.code)
        elif name == "UPU":
            given.setdefault("DEST", OWN)
        elif name == "TEST":
            given.pop("DEST", None)
        return given

    def flow(self, link: int, values: Values) -> int:
        """The lowest SLS whose messages to the destination began on this link; -1 none."""
        destination = values.get("DEST", self.bench.layout.main)
        return min((sls for (dpc, sls), one in self.carriers.items() if (dpc, one) == (destination, link)),
                   default=-1)

    def note_carrier(self, seen: Seen) -> None:
        """The first message of a flow shows its normal link."""
        if seen.message.name == "TEST":
            self.carriers.setdefault((seen.message.dpc, seen.message.sls), seen.link)

    def out_of_order(self, direction: str, opc: int, dpc: int, sls: int, number: int) -> str:
        """Messages of a flow keep their order and come once."""
        key = (direction, opc, dpc, sls)
        last, self.newest[key] = self.newest.get(key, -1), number
        if self.lossy or number > last:
            return ""
        return f"message {number} of {opc} to {dpc}, SLS {sls}, after {last}: overtaken or doubled"

    def forget_order(self) -> None:
        """Numbers begin at 0 again."""
        self.newest.clear()
        self.sent_count = 0
