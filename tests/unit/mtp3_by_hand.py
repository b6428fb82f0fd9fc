"""One signalling point whose level 2 and whose neighbours are played by a test, message by message.

Point 1, transfer point when asked, with link sets to 2 (links 0, 1) and 3 (links 10, 11); 9 lies behind 2, then 3.
"""

from __future__ import annotations

from typing import Any

from switchsim.proto.mtp3 import (
    Action,
    Deliver,
    LinkRow,
    LinkSetConfig,
    Mtp3,
    Mtp3Config,
    Mtp3State,
    Route,
    SendMsu,
)
from switchsim.proto.mtp3.codec import Kind, Message, decode, encode
from switchsim.proto.mtp3.label import Label, Variant
from switchsim.proto.mtp3.label import decode as decode_label
from switchsim.proto.mtp3.label import encode as encode_label
from switchsim.proto.mtp3.state import Box

OWN, NEAR, OTHER, FAR = 1, 2, 3, 9
NI = 2
ADJACENT = {0: NEAR, 1: NEAR, 2: NEAR, 10: OTHER, 11: OTHER}


class Hand:
    """`tell` a method of the point, read back what it sent and did in words such as "0 COO 5" or "pause 9"."""

    def __init__(self, up: tuple[int, ...] = (0, 1), near: tuple[int, ...] = (0, 1), **options: Any) -> None:
        self.trace: list[tuple[Box, int, int]] = []
        self.config = Mtp3Config(
            OWN, NI,
            link_sets=(LinkSetConfig("near", NEAR, tuple(LinkRow(link, link) for link in near)),
                       LinkSetConfig("other", OTHER, (LinkRow(10, 0), LinkRow(11, 1)))),
            routes=(Route(FAR, (("near",), ("other",))), Route(NEAR, (("other",),)), Route(OTHER, (("near",),))),
            **options,
        )  # fmt: skip
        self.point = Mtp3(Mtp3State(), self.config, self.trace)
        self.delivered: list[Deliver] = []
        for link in up:
            self.bring_up(link)

    # -- towards the point ---------------------------------------------------------------------------------------------

    def tell(self, method: str, *arguments: Any) -> list[str]:
        return self.words(getattr(self.point, method)(*arguments))

    def hear(self, link: int, kind: Kind, slc: int = 0, opc: int = -1, **fields: Any) -> list[str]:
        """A message of a neighbour comes on `link`; by default it is of the point at that link's far end."""
        return self.tell("received", link, self.message(kind, slc, ADJACENT[link] if opc < 0 else opc, **fields))

    @staticmethod
    def message(kind: Kind, slc: int, opc: int, dpc: int = OWN, **fields: Any) -> bytes:
        label = encode_label(Label(dpc, opc, slc), Variant.ITU14)
        return bytes((NI << 6 | kind >> 8,)) + label + encode(Message(kind, **fields), Variant.ITU14)

    def traffic(self, link: int, opc: int, dpc: int, sls: int, data: bytes, si: int = 5) -> list[str]:
        return self.tell("received", link, bytes((NI << 6 | si,)) + encode_label(Label(dpc, opc, sls), 0) + data)

    def emptied(self, link: int) -> list[str]:
        """Level 2 has handed over everything."""
        said = self.tell("retrieval_complete", link)
        assert said.pop(0) == f"stop t2/{link}"
        return said

    def bring_up(self, link: int) -> list[str]:
        self.tell("activate_link", link)
        return self.align(link)

    def align(self, link: int) -> list[str]:
        """Level 2 comes up, the link test passes, the neighbour has restarted."""
        said = self.tell("in_service", link)
        sent = next(one for one in said if " SLTM/" in one)
        slc = link % 10
        said += self.hear(link, Kind.SLTA, slc, pattern=bytes.fromhex(sent.split()[-1]))
        return said + self.hear(link, Kind.TRA)

    # -- what it did ---------------------------------------------------------------------------------------------------

    def words(self, actions: list[Action]) -> list[str]:
        found = []
        for action in actions:
            if isinstance(action, Deliver):
                self.delivered.append(action)
            found.append(self.word(action))
        return [one for one in found if one]

    def word(self, action: Action) -> str:
        name = type(action).__name__
        match name:
            case "SendMsu":
                return self.unit(action)  # type: ignore[arg-type]
            case "StartTimer" | "StopTimer":
                return f"{name[:-5].lower()} {action.name}"  # type: ignore[union-attr]
            case "Level2":
                value = f" {action.value}" if action.order == "retrieve" else ""  # type: ignore[union-attr]
                return f"l2 {action.link} {action.order}{value}"  # type: ignore[union-attr]
            case "Pause" | "Resume":
                return f"{name.lower()} {action.dpc}"  # type: ignore[union-attr]
            case "Status":
                return f"status {action.dpc} {action.cause} {action.level}"  # type: ignore[union-attr]
            case "LinkState":
                return f"link {action.link} {action.state}"  # type: ignore[union-attr]
            case "ChangeoverDone":
                return f"over {action.link} {action.retrieved_count}"  # type: ignore[union-attr]
            case "ChangebackDone":
                return f"back {action.link}"  # type: ignore[union-attr]
            case "InhibitResult":
                return f"result {action.link} {action.result}"  # type: ignore[union-attr]
            case "Violation":
                return f"violation {action.clause}"  # type: ignore[union-attr]
            case "Deliver":
                return f"deliver {action.si} {action.sls} {action.data.decode()}"  # type: ignore[union-attr]
        return "restarted"

    @staticmethod
    def unit(action: SendMsu) -> str:
        """"link KIND[/slc] value" of a management message, "link > dpc sls data" of traffic."""
        label = decode_label(action.octets[1:], Variant.ITU14)
        assert label is not None
        rest = action.octets[5:]
        if action.octets[0] & 15 > 2 or label.opc != OWN:
            return f"{action.link} > {label.dpc} {label.sls} {rest.decode(errors='replace')}"
        message = decode(action.octets[0] & 15, rest, Variant.ITU14)
        assert isinstance(message, Message)
        value = {"pattern": message.pattern.hex()} if message.pattern else {"point": message.point}
        if message.kind in (Kind.COO, Kind.COA, Kind.CBD, Kind.CBA, Kind.XCA):
            value = {"value": message.value}
        elif message.kind is Kind.UPU:
            value = {"cause": f"{message.user}/{message.cause}"}
        elif message.kind is Kind.TFC:
            value = {"level": f"{message.point}/{message.value}"}
        text = "" if -1 in value.values() else f" {next(iter(value.values()))}"
        return f"{action.link} {message.kind.name}/{label.sls}{text}"

    def send(self, dpc: int, sls: int, data: str) -> list[str]:
        return self.tell("transfer", 5, dpc, sls, data.encode())

    def octets(self, dpc: int, sls: int, data: str) -> bytes:
        """A message of ours as level 2 gives it back."""
        return bytes((NI << 6 | 5,)) + encode_label(Label(dpc, OWN, sls), Variant.ITU14) + data.encode()
