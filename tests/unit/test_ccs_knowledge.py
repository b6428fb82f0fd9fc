"""What no switch knows - data of calls, agents at seats - goes with calls and from one CCS to the other."""

from __future__ import annotations

import msgspec
import pytest
from ccs_toys import CCS, agents_equal, person, running

from switchsim.callcentre.ccs.state import CallData
from switchsim.model import cti
from switchsim.model.events import DataShown
from switchsim.model.platform import Application, SignIn
from switchsim.units import seconds

PLAIN = CCS.replace(b"strategy = most_skills_first", b"")


def data(call: int, **values: str) -> Application:
    return Application("call_data", msgspec.msgpack.encode(CallData(call, values)))


def test_a_transfer_moves_voice_and_data_together() -> None:
    platform = running(PLAIN, "801 802", "ivr/0")
    ivr = person(platform, "ivr/0")
    call = platform.switch.call("10060")
    platform.settle()
    ivr.write("ccs/a", data(call, account="4711", language="zh"))
    platform.settle()
    consultation = platform.switch.call("555", queue="11")
    platform.settle().switch.tell(cti.CallsJoined(consultation, call, "transfer", "SEAT/801", "SEAT/802"))
    platform.settle()
    shown = platform.events(DataShown)
    assert shown == [DataShown(consultation, "802", "account=4711 language=zh")]
    platform.switch.end(call)
    platform.settle()
    assert platform.a.state.data == platform.b.state.data == {consultation: {"account": "4711", "language": "zh"}}
    platform.switch.end(consultation)
    assert platform.settle().a.state.data == {}


def test_data_of_a_call_outlives_the_ccs_that_was_given_it() -> None:
    platform = running(PLAIN, "", "ivr/0")
    ivr = person(platform, "ivr/0")
    call = platform.switch.call("10060")
    platform.settle()
    ivr.write("ccs/a", data(call, account="4711"))
    platform.settle()
    platform.inject(platform.a, "crash")
    platform.run(seconds(4)).switch.seat("801", "idle")
    platform.settle()
    assert platform.events(DataShown) == [DataShown(call, "801", "account=4711")]


def test_a_ccs_that_starts_learns_from_the_active_one() -> None:
    platform = running(PLAIN, "", "proxy", "ivr/0")
    proxy, ivr = person(platform, "proxy"), person(platform, "ivr/0")
    platform.act(platform.b, "stop")
    platform.switch.seat("801", "signed_out")
    call = platform.switch.call("10060")
    platform.settle()
    ivr.write("ccs/a", data(call, account="4711"))
    proxy.write("ccs/a", SignIn(1, "1005", "801", True))  # not the agent who usually sits there
    platform.settle()
    platform.act(platform.b, "start")
    platform.run(seconds(6))
    assert platform.b.state.at_seat == platform.a.state.at_seat == {"801": "1005"}
    assert platform.b.state.data == {call: {"account": "4711"}}


def test_after_a_split_the_later_sign_in_counts() -> None:
    platform = running(PLAIN, "", "proxy")
    proxy = person(platform, "proxy")
    for seat in ("801", "802"):
        platform.switch.seat(seat, "signed_out")
    platform.part_ccs()
    platform.run(seconds(5))
    proxy.write("ccs/a", SignIn(1, "1005", "801", True))
    platform.settle()
    proxy.write("ccs/b", SignIn(2, "1003", "802", True))
    platform.settle()
    platform.join_ccs()
    platform.run(seconds(3))
    assert agents_equal(platform)
    assert platform.a.state.at_seat == platform.b.state.at_seat == {"801": "1005", "802": "1003"}


@pytest.mark.parametrize("octets", [b"", b"\xff", msgspec.msgpack.encode({"call": 1, "values": {"a": 1}}),
                                    msgspec.msgpack.encode(CallData(1, {str(key): "" for key in range(40)})),
                                    msgspec.msgpack.encode(CallData(1, {"a": "b" * 300}))])  # fmt: skip
def test_call_data_that_cannot_be_kept_is_refused(octets: bytes) -> None:
    platform = running(PLAIN, "", "ivr/0")
    platform.switch.call("10060")
    platform.settle()
    person(platform, "ivr/0").write("ccs/a", Application("call_data", octets))
    assert platform.settle().a.state.data == {}
    assert [type(event).__name__ for event in platform.events(object, "ccs/a")][-1] == "InputRefused"  # type: ignore[type-var]
