"""The shipped call centre: its flows on real audio, and that no call is lost with an IVR, a VP or the database."""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import Bench, Caller

from switchsim.model.cti import AttachChannel, Wanted
from switchsim.model.order import Act, Heal, Inject, Outside, Value
from switchsim.model.outside import Answer, Query, pack_answer, pack_in, unpack_out, unpack_query
from switchsim.units import ms, seconds

READY = seconds(4)
"""By then one CCS is active, and the IVRs have loaded their flows."""


class Centre(Bench):
    def __init__(self, machine: str = "call_centre") -> None:
        super().__init__(machine=machine, settle=READY)
        self.number = 0

    def begin(self, called: str) -> Caller:
        caller = self.call(called)
        self.run(ms(300))
        self.number = self.events("CallOffered")[-1].call
        return caller

    def at(self, block: str, within: int = seconds(8)) -> Bench:
        self.wait("FlowChanged", within, since=0, call=self.number, block=block, state="at")
        return self

    def way(self) -> list[str]:
        rows = self.events("FlowChanged", call=self.number)
        return [row.block if row.state == "at" else row.state for row in rows]

    def queue(self, within: int = seconds(30)) -> str:
        """Where the call is queued in the end."""
        return str(self.wait("CallQueued", within, since=0, call=self.number).event.queue)

    def harm(self, name: str, point: str, **values: Value) -> None:
        self.order(f"callcentre/{name}", Inject(f"{name} {point}", point, dict(values)))
        self.run(ms(10))

    def heal(self, name: str, point: str) -> None:
        self.order(f"callcentre/{name}", Heal(f"{name} {point}", point, {}))

    def queries(self) -> list[Query]:
        return [unpack_query(unpack_out(item)[2]) for item in self.machine.part("callcentre/aplogic").take_outbox()]

    def answer(self, result: str, **row: str) -> None:
        """The database answers what it was asked."""
        for query in self.queries():
            answer = Answer(query=query.query, result=result, row=row)
            self.order("callcentre/aplogic", Outside("database", "answered", pack_in(0, pack_answer(answer))))
        self.run(ms(60))


def outcome(machine: str, keys: list[str]) -> tuple[str, list[str]]:
    """(queue, prompts heard) of a caller who presses these keys, one each time that the menu is heard."""
    centre = Centre(machine)
    caller = centre.begin("10060")
    for key in keys:
        centre.until_hears(caller, "prompt", "menu", within=seconds(9))
        centre.run(ms(500))
        caller.dial(key)
        centre.run(ms(600))
    queue = centre.queue()
    heard = [event.which for event in centre.events("PartyHears", party=caller.party, what="prompt")]
    return queue, [name for name in heard if name != "please_wait"]


@pytest.mark.parametrize("keys", [["1"], ["2"], ["9", "1"], ["9", "9"], []])
def test_the_hotline_of_the_ivr_is_the_same_as_that_of_the_switch(keys: list[str]) -> None:
    assert outcome("call_centre", keys) == outcome("b_type_small", keys)


def test_a_call_goes_to_an_ivr_that_has_loaded_its_flow() -> None:
    centre = Centre()
    centre.begin("10062")
    centre.begin("10063")
    taken = {row.event.flow: row.place for row in centre.seen("FlowChanged", state="taken")}
    assert taken == {"account": "callcentre/ivr/1", "message": "callcentre/ivr/0"}


def test_an_ivr_registers_with_the_active_and_the_standby_ccs() -> None:
    centre = Centre()
    for name in ("a", "b"):
        clients: dict[str, Any] = centre.machine.part(f"callcentre/ccs/{name}").state.clients
        assert {who: row.offers for who, row in clients.items() if row.what == "ivr"} == {
            "ivr/0": ["hotline", "message"], "ivr/1": ["hotline", "account"]}


def test_the_voice_processor_does_not_listen_in() -> None:
    """A call that talks to a seat is not attached to a voice channel."""
    centre = Centre()
    caller = centre.begin("2001")
    centre.wait("SeatState", seconds(5), since=0, seat="1001", state="talk")
    centre.machine.part("callcentre/cti_server").send(
        "ethernet", Wanted("test", 1, AttachChannel(centre.number, "vp-0", 9)))  # fmt: skip
    centre.run(ms(100))
    centre.talk(caller, "1001")
    assert not centre.machine.part("frame/0/slot/2/program").program.core.state.voice


@pytest.mark.parametrize(("level", "queue"), [("gold", "gold"), ("plain", "service")])
def test_the_database_says_which_agents_a_caller_is_worth(level: str, queue: str) -> None:
    centre = Centre()
    caller = centre.begin("10062")
    centre.at("ask")
    centre.run(ms(500))
    caller.dial("100001")
    centre.at("find")
    centre.run(ms(10))
    centre.answer("found", level=level)
    assert centre.queue() == queue
    assert [(row.statement, row.result) for row in centre.events("LookUpDone")] == [("customer", "found")]


@pytest.mark.parametrize("point", ["lost", "locked"])
def test_without_the_database_a_caller_is_served_all_the_same(point: str) -> None:
    centre = Centre()
    centre.harm("aplogic", point)
    caller = centre.begin("10062")
    centre.at("ask")
    caller.dial("100001")
    assert centre.queue() == "service"
    centre.run(ms(50))
    assert centre.way()[-2:] == ["service", "ended"]


def test_a_message_is_recorded_and_the_call_ends() -> None:
    centre = Centre()
    caller = centre.begin("10063")
    centre.at("record", seconds(20))
    centre.run(ms(300))
    caller.dial("12#")
    centre.wait("CallRecord", seconds(5), since=0, call=centre.number)
    ((name, octets),) = centre.machine.recordings()
    assert name == f"vp-0-message-{centre.number}-13800138000"
    assert ms(300) < len(octets) < seconds(2)
    assert centre.record().cause == 16
    centre.run(ms(50))
    assert centre.way()[-1] == "ended"


def test_a_call_whose_ivr_dies_goes_on_with_its_service() -> None:
    centre = Centre()
    caller = centre.begin("10062")
    centre.at("ask")
    centre.harm("ivr/1", "crash")
    assert centre.queue(seconds(6)) == "service"
    caller.hang_up()


def test_a_call_whose_ivr_hangs_goes_on_with_its_service_and_the_ivr_forgets_it() -> None:
    centre = Centre()
    caller = centre.begin("10062")
    centre.at("ask")
    centre.harm("ivr/1", "hang")
    assert centre.queue(seconds(6)) == "service"
    centre.heal("ivr/1", "hang")
    centre.run(seconds(2))
    assert not centre.machine.part("callcentre/ivr/1").state.calls
    assert all(voice.call == 0 for voice in centre.machine.part("callcentre/vp/0").state.channels)
    caller.hang_up()
    centre.run(seconds(1))
    centre.begin("10062")
    centre.at("ask")


def test_another_ivr_has_the_hotline_too() -> None:
    centre = Centre()
    centre.harm("ivr/0", "crash")
    centre.run(seconds(5))
    centre.begin("10060")
    (row,) = centre.seen("FlowChanged", state="taken")
    assert row.place == "callcentre/ivr/1"


@pytest.mark.parametrize("what", ["card", "line", "crash"])
def test_a_call_that_loses_its_voice_channel_goes_on_with_the_menu_of_the_switch(what: str) -> None:
    centre = Centre()
    caller = centre.begin("10060")
    centre.at("menu")
    if what == "line":
        centre.fault("line_cut", {"line": "vp-0"}, directions=3)
    else:
        centre.harm("vp/0", what, **({"card": 0} if what == "card" else {}))
    centre.wait("CallState", seconds(6), since=0, call=centre.number, state="service", detail="menu")
    centre.until_hears(caller, "prompt", "menu", within=seconds(8))
    caller.dial("1")
    assert centre.queue() == "sales"


def test_a_flow_goes_on_while_the_ccs_changes_and_its_queue_is_kept() -> None:
    centre = Centre()
    caller = centre.begin("10060")
    centre.at("menu")
    centre.harm("ccs/a", "crash")
    centre.run(seconds(4))
    caller.dial("1")
    assert centre.queue() == "sales"
    centre.run(ms(50))
    assert centre.way()[-1] == "ended"


def test_a_flow_goes_on_while_cti_link_is_away_and_its_end_is_ordered_when_it_is_back() -> None:
    centre = Centre()
    caller = centre.begin("10060")
    centre.at("menu")
    centre.harm("cti_link", "crash")
    centre.run(seconds(4))
    caller.dial("1")
    centre.run(seconds(1))
    assert centre.way()[-1] == "sales"
    centre.heal("cti_link", "crash")
    assert centre.queue(seconds(12)) == "sales"
    centre.run(ms(50))
    assert centre.way()[-1] == "ended"


def test_with_the_switch_out_of_reach_it_goes_on_alone_and_the_ivr_gives_the_call_up() -> None:
    centre = Centre()
    caller = centre.begin("10060")
    centre.at("menu")
    centre.fault("mem_link_cut", {})
    centre.wait("CallState", seconds(8), since=0, call=centre.number, state="service", detail="menu")
    centre.run(seconds(2))
    assert not centre.machine.part("callcentre/ivr/0").state.calls
    caller.dial("1")
    assert centre.queue() == "sales"


def test_a_hung_call_control_block_is_blue_and_can_be_killed() -> None:
    centre = Centre()
    centre.harm("ivr/0", "hang_block", flow="hotline", block="menu")
    centre.harm("ivr/1", "hang_block", flow="hotline", block="menu")
    caller = centre.begin("10060")
    centre.wait("FlowChanged", seconds(5), since=0, call=centre.number, state="hung")
    assert centre.events("LampShown", colour="blue")[-1].about == f"flow/{centre.number}"
    centre.run(seconds(2))
    caller.dial("1")
    centre.run(seconds(1))
    assert centre.way()[-1] == "hung"
    place = centre.seen("FlowChanged", state="hung")[-1].place
    centre.order(place, Act("kill_flow", {"call": centre.number}))
    centre.run(ms(200))
    assert centre.way()[-1] == "killed"
    centre.until_hears(caller, "prompt", "welcome")
    assert centre.events("CallState", call=centre.number)[-1].detail == "announce"


def test_everything_is_in_order_afterwards() -> None:
    centre = Centre()
    caller = centre.begin("10060")
    centre.at("menu")
    caller.dial("1")
    centre.wait("SeatState", seconds(5), state="talk")
    centre.run(seconds(1))
    centre.close()
