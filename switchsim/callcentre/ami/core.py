"""What all of the AMI server uses: telling events, answering actions, ordering the switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switchsim.callcentre.ami.state import AmiConfig, AmiState, Asked, Channel
from switchsim.callcentre.ami.texts import seconds_of
from switchsim.callcentre.application import ANSWER_CYCLES
from switchsim.callcentre.outlet import OutletApplication
from switchsim.callcentre.tampering import EVENT, HEARTBEAT, RESPONSE
from switchsim.callcentre.view import CallView
from switchsim.model.cti import AnyCtiOrder
from switchsim.model.outside import Out, pack_out
from switchsim.model.platform_events import EventTold, RequestTaken
from switchsim.proto.ami import BITS, Block, Fields, Session, written

JOURNAL_CHARACTERS: Final = 80
"""Of what a client said, in the journal."""


class AmiCore(OutletApplication[AmiState]):
    """Base of the server; the modules beside it are functions of it."""

    config: AmiConfig
    what = source = "ami"

    def fresh(self) -> AmiState:
        self._cache: dict[int, Session] = {}
        return AmiState()

    def restored(self) -> None:
        self._cache = {}

    # -- clients -------------------------------------------------------------------------------------------------

    def session(self, client: int) -> Session | None:
        """The session of a connection that is there."""
        state = self.state.sessions.get(client)
        if state is None:
            return None
        session = self._cache.get(client)
        if session is None or session.state is not state:
            session = self._cache[client] = Session(state, lambda: self.draw("challenge"), self.config.auth)
        return session

    @property
    def uptime(self) -> int:
        return seconds_of(self.now)

    def pass_on(self, client: int, octets: bytes) -> None:
        """For the client, on its way with the next outbox."""
        if octets:
            self.state.sending.setdefault(client, []).append(octets)

    def send_off(self, client: int) -> None:
        """What is on its way to the client becomes an item: something else about it follows."""
        parts = self.state.sending.pop(client, None)
        if parts:
            self.state.outbox.append(pack_out(Out.DATA, client, b"".join(parts)))

    def pass_close(self, client: int) -> None:
        self.send_off(client)
        self.state.outbox.append(pack_out(Out.CLOSE, client))

    def tell(self, name: str, kind: str, fields: Fields, call: int = 0, detail: str = "") -> None:
        """An event for every client that wants its class; made once, journalled once."""
        if self.state.silent:
            return
        bit = BITS[kind]
        wanting = [number for number, one in self.state.sessions.items() if one.mask & bit and one.phase == "open"]
        if not wanting:
            return
        text = written([("Event", name), ("Privilege", f"{kind},all"), *fields])
        octets = text.encode("utf-8", "replace")
        for client in wanting:
            session = self.session(client)
            if session is not None:
                self.put(client, EVENT, session.told(text, octets))
        self.emit(EventTold(name, call, detail))

    # -- answers -------------------------------------------------------------------------------------------------

    def taken(self, client: int, block: Block, text: str, call: int = 0) -> None:
        """Send the answer to the action that is under way, and write down what came of it."""
        session = self.session(client)
        if session is not None:
            self._answer(client, session, block, text)
        name, request = block.get("Action")[:JOURNAL_CHARACTERS], block.get("ActionID")[:JOURNAL_CHARACTERS]
        self.emit(RequestTaken(client, request, name, outcome(text), call))

    def _answer(self, client: int, session: Session, block: Block, text: str) -> None:
        """The answer, then the events that waited for it, one by one."""
        waited = list(session.state.held)
        octets = session.answered(text)
        end = len(octets) - sum(len(one.encode("utf-8", "replace")) for one in waited)
        self.put(client, HEARTBEAT if block.get("Action").lower() == "ping" else RESPONSE, octets[:end])
        for one in waited:
            self.put(client, EVENT, one.encode("utf-8", "replace"))

    def ask(
        self,
        client: int,
        block: Block,
        kind: str,
        orders: Sequence[AnyCtiOrder],
        call: int = 0,
        detail: dict[str, str] | None = None,
        longer: int = 0,
    ) -> Asked:
        """Give orders for an action; `kind` names who makes the answer of the results. longer: cycles more to wait."""
        state = self.state
        state.next_asked += 1
        number = state.next_asked
        asked = Asked(client, block, kind, len(orders), call=call, detail=detail or {})
        state.asked[number] = asked
        for body in orders:
            order = self.order_switch(body, str(number))
            if longer and state.reachable:
                self.start_timer(f"cti/order/{order}", longer + ANSWER_CYCLES)
        return asked

    # -- the switch ----------------------------------------------------------------------------------------------

    def call(self, number: int) -> CallView | None:
        return self.state.switch.calls.get(number)

    def of_call(self, call: int) -> list[Channel]:
        """The channels of a call that are up, in the order in which they came."""
        return [one for one in self.ever_of_call(call) if not one.gone]

    def ever_of_call(self, call: int) -> list[Channel]:
        """The same, with those that hung up."""
        return [self.state.channels[leg] for leg in self.state.legs_of.get(call, ())]

    def root(self, call: int) -> int:
        """The first of the calls that are one conversation with this one; itself when it is alone."""
        return self.state.joined.get(call, call)

    def together(self, root: int) -> list[int]:
        """That call and those that were joined to it, in their order."""
        return [root, *sorted(call for call, first in self.state.joined.items() if first == root)]

    def named(self, name: str) -> Channel | None:
        """The channel of that name that is up; without case, as clients write names."""
        wanted = name.strip().lower()
        digits = wanted.rpartition("-")[2]
        try:
            one = self.state.channels.get(int(digits, 16)) if len(digits) == 8 else None
        except ValueError:
            return None
        return one if one is not None and not one.gone and one.name.lower() == wanted else None


def outcome(text: str) -> str:
    """`Success`, or the message of an answer that is none."""
    fields = dict(line.split(": ", 1) for line in text.partition("\r\n\r\n")[0].split("\r\n") if ": " in line)
    response = fields.get("Response", "")
    return fields.get("Message", response)[:JOURNAL_CHARACTERS] if response == "Error" else response
