"""Restart (Q.931 clause 5.5), status (5.8.10, 5.8.11), the data link (5.8.8, 5.8.9), and handing calls over."""

from __future__ import annotations

import msgspec
import pytest

from switchsim.proto.q931 import (
    B_CHANNELS,
    Action,
    CallStates,
    ConnectedInd,
    DisconnectInd,
    EstablishLink,
    Interface,
    InterfaceState,
    MessageType,
    Number,
    ReleasedInd,
    RestartDone,
    RestartFailed,
    RestartInd,
    SendL3,
    SetupRefused,
    SetupRequest,
    StartTimer,
    StatusInd,
    StopTimer,
)
from switchsim.proto.q931.maintenance import compatible
from switchsim.proto.q931.state import Side, default_timers
from switchsim.units import seconds


def octets(actions: list[Action]) -> list[str]:
    return [action.octets.hex() for action in actions if isinstance(action, SendL3)]


def kinds(actions: list[Action]) -> list[MessageType]:
    return [MessageType(action.octets[4]) for action in actions if isinstance(action, SendL3)]


def interface_with_calls(side: Side = "network", active: int = 1, offered: int = 0, **fields: object) -> Interface:
    """Calls of the peer on channels 1, 2, ...: first the active ones, then those only offered."""
    interface = Interface(InterfaceState(side, **fields))  # type: ignore[arg-type]
    interface.data_link(True)
    for number in range(1, active + offered + 1):
        interface.receive(bytes.fromhex(f"080200{number:02x}05 04038090a3 1803a983{0x80 + number:02x}"))
        if number <= active:
            interface.connect(number)
            interface.receive(bytes.fromhex(f"080200{number:02x}0f"))
    return interface


@pytest.mark.parametrize("side", ["network", "user"])
def test_q931_5_5_1_restart_of_channels_one_after_the_other(side: Side) -> None:
    interface = interface_with_calls(side, active=2)
    actions = interface.restart([1, 2])
    assert [a for a in actions if isinstance(a, ReleasedInd)] == [ReleasedInd(1, 41, 1), ReleasedInd(2, 41, 2)]
    assert octets(actions) == ["08020000461803a98381790180"]
    assert interface.setup(SetupRequest(Number("1"), channel=2))[1] == [SetupRefused(44)]
    actions = interface.receive(bytes.fromhex("080280004e 1803a98381 790180"))
    assert RestartDone((1,)) in actions
    assert StopTimer("T316") in actions
    assert octets(actions) == ["08020000461803a98382790180"]
    actions = interface.receive(bytes.fromhex("080280004e 1803a98382 790180"))
    assert actions == [StopTimer("T316"), RestartDone((2,))]
    assert interface.setup(SetupRequest(Number("1"), channel=2))[0] is not None


def test_q931_5_5_1_restart_of_the_whole_interface() -> None:
    interface = interface_with_calls(active=1, offered=1)
    actions = interface.restart()
    assert [type(action) for action in actions[:2]] == [ReleasedInd, ReleasedInd]
    assert octets(actions) == ["0802000046790186"]
    assert actions[-1] == StartTimer("T316", seconds(120))
    assert interface.receive(bytes.fromhex("080280004e 790186")) == [StopTimer("T316"), RestartDone(B_CHANNELS)]


def test_q931_5_5_1_several_channels_in_one_restart() -> None:
    interface = interface_with_calls(active=0, restart_batch=30)
    assert octets(interface.restart([1, 2, 31])) == ["08020000461805a98301029f790180"]
    actions = interface.receive(bytes.fromhex("080280004e 1804a983019f 790180"))
    assert actions == [StopTimer("T316"), RestartDone((1, 31)), RestartFailed((2,))]
    assert interface.state.channels[2] == -1


def test_q931_5_5_1_n316_restarts_then_out_of_use_until_the_peer_restarts() -> None:
    interface = interface_with_calls(active=0)
    interface.restart([7])
    assert kinds(interface.timer("T316")) == [MessageType.RESTART]
    assert interface.timer("T316") == [RestartFailed((7,))]
    assert interface.timer("T316") == []
    assert interface.setup(SetupRequest(Number("1"), channel=7))[1] == [SetupRefused(44)]
    assert interface.receive(bytes.fromhex("0802000046 1803a98387 790180"))[0] == RestartInd((7,))
    assert interface.setup(SetupRequest(Number("1"), channel=7))[0] is not None


def test_q931_5_5_1_acknowledgement_of_another_channel_does_not_count() -> None:
    interface = interface_with_calls(active=0)
    interface.restart([7])
    assert [type(a).__name__ for a in interface.receive(bytes.fromhex("080280004e 1803a98388 790180"))] == ["Violation"]
    assert interface.receive(bytes.fromhex("080280004e 790180")) == [StopTimer("T316"), RestartDone((7,))]
    assert [type(a).__name__ for a in interface.receive(bytes.fromhex("080280004e 790180"))] == ["Violation"]


def test_q931_5_5_2_restart_by_the_peer_clears_silently() -> None:
    interface = interface_with_calls(active=2)
    actions = interface.receive(bytes.fromhex("0802000046 1803a98382 790180"))
    assert actions[0] == ReleasedInd(2, 41, 2)
    assert actions[1] == RestartInd((2,))
    assert octets(actions) == ["080280004e1803a98382790180"]
    assert set(interface.state.calls) == {1}
    actions = interface.receive(bytes.fromhex("0802000046 790186"))
    assert actions[:2] == [ReleasedInd(1, 41, 1), RestartInd(B_CHANNELS)]


def test_q931_5_5_2_t317_supervises_a_restart_that_our_user_confirms() -> None:
    interface = interface_with_calls(active=0, confirm_restart=True)
    restart = bytes.fromhex("0802000046 1804a9830182 790180")
    assert interface.receive(restart) == [RestartInd((1, 2)), StartTimer("T317", default_timers("network")["T317"])]
    assert octets(interface.receive(restart)) == ["080280007d080382e54614013e"]
    assert octets(interface.restart_ack([1])) == ["080280004e1803a98381790180"]
    assert interface.restart_ack([1]) == []
    interface.receive(restart)
    assert [type(action).__name__ for action in interface.timer("T317")] == ["Violation"]
    assert interface.timer("T317") == []
    assert default_timers("network")["T317"] < default_timers("network")["T316"]


def test_q931_5_5_both_sides_restart_at_once() -> None:
    interface = interface_with_calls(active=0)
    interface.restart([3])
    assert octets(interface.receive(bytes.fromhex("0802000046 1803a98383 790180"))) == ["080280004e1803a98383790180"]
    assert interface.state.channels[3] == -1
    assert interface.receive(bytes.fromhex("080280004e 1803a98383 790180"))[-1] == RestartDone((3,))


def test_q931_5_8_10_status_enquiry_is_supervised_by_t322() -> None:
    interface = interface_with_calls()
    assert kinds(interface.status_enquiry(1)) == [MessageType.STATUS_ENQUIRY]
    assert interface.status_enquiry(1) == []
    actions = interface.receive(bytes.fromhex("080200017d 0802809e 14010a"))
    assert actions == [StopTimer("T322/1"), StatusInd(1, 10, 30)]
    interface.status_enquiry(1)
    for _ in range(interface.state.n322 - 1):
        assert kinds(interface.timer("T322/1")) == [MessageType.STATUS_ENQUIRY]
    actions = interface.timer("T322/1")
    assert actions[0] == DisconnectInd(1, 41, by_peer=False)
    assert octets(actions) == ["0802800145080282a9"]


def test_q931_5_8_10_clearing_ends_the_enquiry() -> None:
    interface = interface_with_calls()
    interface.status_enquiry(1)
    actions = interface.receive(bytes.fromhex("080200015a"))
    assert actions == [StopTimer("T322/1"), ReleasedInd(1, 31, 1)]


STATES = [  # ours, reported, does it fit
    (1, 1, True), (1, 6, False), (3, 4, True), (4, 10, True), (4, 12, False), (7, 9, True), (9, 3, False),
    (10, 10, True),
    (10, 4, True), (10, 11, False), (10, 19, False), (10, 15, False), (11, 10, True), (12, 19, True), (11, 17, False),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "fits"), STATES)
def test_q931_5_8_11_which_states_fit(ours: int, theirs: int, fits: bool) -> None:
    assert compatible(ours, theirs) is fits


@pytest.mark.parametrize("side", ["network", "user"])
def test_q931_5_8_9_link_failure(side: Side) -> None:
    """Active calls are held by T309, the others cleared with 27, the link is asked for; then the peer is asked."""
    interface = interface_with_calls(side, active=1, offered=1)
    actions = interface.data_link(False)
    assert actions == [StartTimer("T309/1", default_timers(side)["T309"]), ReleasedInd(2, 27, 2), EstablishLink()]
    assert interface.data_link(False) == [EstablishLink()]
    assert interface.setup(SetupRequest(Number("1")))[1] == [SetupRefused(27)]
    actions = interface.data_link(True)
    assert StopTimer("T309/1") in actions
    assert kinds(actions) == [MessageType.STATUS_ENQUIRY]
    assert interface.receive(bytes.fromhex("080200017d 0802809e 140100"))[-1] == ReleasedInd(1, 41, 1)


def test_q931_5_8_9_t309_expires() -> None:
    interface = interface_with_calls()
    interface.data_link(False)
    assert interface.timer("T309/1") == [ReleasedInd(1, 27, 1)]
    assert octets(interface.data_link(True)) == []


def test_q931_5_8_9_hanging_up_while_the_link_is_away() -> None:
    interface = interface_with_calls()
    interface.data_link(False)
    assert interface.disconnect(1, 16) == [StopTimer("T309/1"), ReleasedInd(1, 16, 1)]
    interface.data_link(True)
    assert octets(interface.receive(bytes.fromhex("0802000175"))) == ["080280017d0802829e140100"]


def test_q931_5_8_9_restarts_wait_for_the_link() -> None:
    interface = interface_with_calls(active=0)
    interface.restart([5])
    assert interface.data_link(False)[0] == StopTimer("T316")
    assert octets(interface.restart([6])) == []
    assert octets(interface.data_link(True)) == ["08020000461803a98385790180"]


def test_q931_5_8_8_link_reset_clears_overlap_and_asks_about_the_rest() -> None:
    interface = interface_with_calls("user", active=1, offered=1)
    interface.more_info(2)
    actions = interface.data_link(True)
    assert kinds(actions) == [MessageType.STATUS_ENQUIRY, MessageType.DISCONNECT]
    assert DisconnectInd(2, 41, by_peer=False) in actions


def test_a_snapshot_in_the_middle_of_everything_goes_on() -> None:
    interface = interface_with_calls("user", active=2, offered=1)
    interface.restart([9])
    interface.status_enquiry(1)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(interface.state), type=InterfaceState)
    assert state == interface.state
    other = Interface(state)
    for octet_text in ("080280004e 1803a98389 790180", "080200017d 0802809e 14010a", "0802000245 08028090",
    "0802000346"):
        assert interface.receive(bytes.fromhex(octet_text)) == other.receive(bytes.fromhex(octet_text))
    assert interface.connect(3) == other.connect(3)
    assert state == interface.state


def test_switchover_keeps_active_calls_and_forgets_the_others() -> None:
    before = interface_with_calls("user", active=2, offered=1)
    kept = [msgspec.msgpack.decode(msgspec.msgpack.encode(before.export_call(key)), type=type(before.state.calls[1]))
            for key in (1, 2, 3)]  # fmt: skip
    after = Interface(InterfaceState("user"))
    after.data_link(True)
    assert [after.adopt_call(call) for call in kept] == [True, True, False]
    assert not after.adopt_call(kept[0]), "twice"
    assert after.state.channels[1:4] == [1, 2, 0]
    assert octets(after.receive(bytes.fromhex("080200030f"))) == ["080280035a080280d1"], "forgotten: 5.8.3.2 a"
    assert octets(after.receive(bytes.fromhex("0802000375"))) == ["080280037d0802809e140100"]
    assert ReleasedInd(1, 16, 1) in after.receive(bytes.fromhex("080200014d 08028090"))
    key, _ = after.setup(SetupRequest(Number("1")))
    assert key == 3, "keys of the calls taken over are not given again"
    assert after.state.calls[key].cr == 1, "references of the peer's calls are not ours"
    assert kept[1].state is CallStates.ACTIVE
    assert before.state.calls[2] is not kept[1]


def test_channel_out_of_service() -> None:
    interface = interface_with_calls(active=1)
    assert not interface.set_service(1, False), "in use"
    assert interface.set_service(2, False)
    assert interface.setup(SetupRequest(Number("1"), channel=2))[1] == [SetupRefused(44)]
    key, _ = interface.setup(SetupRequest(Number("1")))
    assert key is not None
    assert interface.state.calls[key].channel == 3
    refused = interface.receive(bytes.fromhex("0802006305 04038090a3 1803a98382"))
    assert octets(refused) == ["080280635a080282ac"]
    assert interface.set_service(2, True)
    assert ConnectedInd(1) not in refused


def test_q931_5_8_3_2f_the_restart_states_are_reported() -> None:
    interface = interface_with_calls(active=0, confirm_restart=True)
    enquiry = bytes.fromhex("0802000075")
    assert octets(interface.receive(enquiry)) == ["080280007d080282d1140100"]
    interface.restart([4])
    assert octets(interface.receive(enquiry)) == ["080280007d080282d114013d"]
    interface.receive(bytes.fromhex("0802000046 1803a98385 790180"))
    assert octets(interface.receive(enquiry)) == ["080280007d080282d114013e"]


def test_q931_4_3_call_references_go_round_and_skip_those_in_use() -> None:
    interface = interface_with_calls(active=0, next_cr=0x7FFF)
    first, _ = interface.setup(SetupRequest(Number("1")))
    second, _ = interface.setup(SetupRequest(Number("1")))
    assert [interface.state.calls[key].cr for key in (first, second)] == [0x7FFF, 1]  # type: ignore[index]
    interface.state.next_cr = 0x7FFF
    third, _ = interface.setup(SetupRequest(Number("1")))
    assert interface.state.calls[third].cr == 2  # type: ignore[index]


def test_switchover_does_not_use_a_kept_reference_again() -> None:
    before = interface_with_calls(active=0, next_cr=7)
    key, _ = before.setup(SetupRequest(Number("1")))
    before.receive(bytes.fromhex("0802800707 1803a98381"))
    after = Interface(InterfaceState("network"))
    after.data_link(True)
    assert after.adopt_call(before.export_call(key))  # type: ignore[arg-type]
    assert after.state.next_cr == 8
    assert after.timer("T303/1") == []
    assert ReleasedInd(1, 16, 1) in after.receive(bytes.fromhex("080280074d 08028090"))
