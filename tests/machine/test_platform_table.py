"""The table *Platform* of what is known of the queue switch: its rows of CTI, CCS, agents and the whole.

Each test is named after its row, on the shipped call centre. Rows of cut-over plans and manuals tell of papers:
nobody can see them in a machine.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from platform_table_bench import Place, changed, keyed_in

from switchsim.callcentre.ccs.configuration import read
from switchsim.model.events import DataShown, RoleChanged
from switchsim.units import ms, seconds

# -- CTI-SERVER and CTI-LINK -----------------------------------------------------------------------------------------


def test_switch_and_platform_talk_through_cti_server_over_the_mem_link() -> None:
    place = Place()
    for heal in (place.fault("mem_link_cut", {}), None):
        if heal is None:
            place.harm("cti_server", "crash")
        place.wait("PlatformLink", seconds(6), state="down")
        place.begin("10061")
        assert place.events("Routed", call=place.number)[-1].by == "switch"
        if heal is not None:
            heal()
            place.wait("PlatformLink", seconds(6), state="up")
            place.run(seconds(3))
            place.begin("10061")
            assert place.events("Routed", call=place.number)[-1].by == "platform"


def test_cti_link_distributes_between_ccs_and_switch_and_is_the_channel_of_attached_resources() -> None:
    place = Place()
    known = place.machine.part("callcentre/cti_link").state.applications
    assert {name: row.what for name, row in known.items()} == {
        "ccs/a": "ccs", "ccs/b": "ccs", "ivr/0": "ivr", "ivr/1": "ivr"}  # fmt: skip
    place.harm("cti_link", "crash")
    place.run(seconds(5))
    assert not place.machine.part("callcentre/ccs/a").ready
    place.begin("10061")
    place.wait("Routed", seconds(5), since=0, call=place.number, by="switch")


# -- CCS -------------------------------------------------------------------------------------------------------------


def test_ccs_reads_ccs_ini_starts_standby_and_becomes_active_only_when_it_finds_none() -> None:
    place = Place()
    assert [row.version for row in place.events("ConfigurationRead")][:2] == ["1", "1"]
    assert [row.role for row in place.events("RoleChanged", place="callcentre/ccs/a")] == ["standby", "active"]
    assert [row.role for row in place.events("RoleChanged", place="callcentre/ccs/b")] == ["standby"]
    place.act("ccs/a", "restart")
    place.run(seconds(8))
    assert place.roles() == ["standby", "active"]
    place.act("ccs/a", "restart")  # finds an active one
    place.run(seconds(8))
    assert place.roles() == ["standby", "active"]


def test_no_call_queue_configured_ccs_can_not_route_the_call(tmp_path: Path) -> None:
    def without(text: str) -> str:
        return "[ccs]\nversion = 2\n"

    place = changed(tmp_path, ccs=without)
    place.begin("10061")
    (decided,) = place.events("RouteDecided", call=place.number)
    assert (decided.target, decided.why) == ("", "can not route the call: no call queue configured")
    place.wait("Routed", seconds(3), since=0, call=place.number, by="switch", queue="sales")


def test_allocation_most_skills_first(tmp_path: Path) -> None:
    """Skills {118}, {118}, {116}, {11, 118}: a call for 118 goes to the last."""
    skills = ("q118", "q118", "q116", "q11,q118")
    users = "".join(f"500{n}|n|agent|team|{row}|100{n}\n" for n, row in enumerate(skills, 1))
    place = changed(
        tmp_path, ccs=lambda text: "[ccs]\nversion = 2\n[queue q118]\nstrategy = most_skills_first\n[access]\n"
                                   "10061 = queue:q118\n",
        ccsuser=lambda text: users, machine=lambda text: text.replace("  gold: {", "  q118: {ring: 15s}\n  gold: {"),
    )  # fmt: skip
    place.begin("10061")
    assert [row.seat for row in place.events("SeatOffered", call=place.number)] == ["1004"]
    place.until_seat("1004", "talk")


def test_at_most_ten_thousand_agents() -> None:
    files = Place().machine.part("callcentre/ccs/a").config.files
    for count, refused in ((10_000, False), (10_001, True)):
        users = "".join(f"{n}|n|agent|team|sales|\n" for n in range(count)).encode()
        found = read(type(files)(files.icd, files.ccs, users), "ccs/a", "ccs/b")
        assert (found == "ccsuser.dat line 10001: more than 10000 agents") == refused


@pytest.mark.parametrize(("line", "result"), [
    ("5002|n|agent|team|sales|", "ok"), ("5002|n|agent|team||", "no_skill"), ("5002|n||team|sales|", "no_skill"),
    ("5002|n|agent||sales|", "no_skill"),
])  # fmt: skip
def test_an_agent_needs_skill_queue_role_and_team_and_not_notices(line: str, result: str, tmp_path: Path) -> None:
    place = changed(tmp_path, ccsuser=lambda text: line + "\n")
    place.press("1001", "sign_out")
    place.act("proxy", "sign_in", agent="5002", seat="1001")
    assert place.requests("proxy") == [("sign_in", "5002", result)]
    assert place.seat("1001") == ("idle" if result == "ok" else "signed_out")


def test_busy_pressed_during_a_call_takes_effect_when_that_call_ends() -> None:
    place = Place()
    caller = place.begin("10061")
    place.until_seat("1001", "talk")
    place.press("1001", "busy")
    assert place.seat("1001") == "talk"
    caller.hang_up()
    place.until_seat("1001", "busy")
    place.run(ms(20))
    for name in "ab":
        assert place.machine.part(f"callcentre/ccs/{name}").state.switch.seats["1001"].state == "busy"


def test_a_transfer_moves_voice_and_data_together() -> None:
    place = Place()
    keyed_in(place)
    place.until_seat("1017", "talk")
    place.press("1017", "transfer", seat="1018")
    place.until_seat("1018", "talk")
    shown = [(row.seat, dict(item.split("=") for item in row.data.split())) for row in place.events("DataShown")
             if isinstance(row, DataShown) and row.call == place.number]  # fmt: skip
    assert [seat for seat, _ in shown] == ["1017", "1018"]
    assert shown[0][1] == shown[1][1]
    assert shown[0][1]["account"] == "100001"
    assert place.seat("1017") != "talk"


def test_dialled_number_and_access_code_differ_switch_and_platform_both_translate(tmp_path: Path) -> None:
    """180 -> 10061 at the switch, 10061 -> 7000 on the platform, whose access code that is."""
    place = changed(
        tmp_path, machine=lambda text: text.replace('"180": "10060"', '"180": "10061"'),
        ccs=lambda text: text.replace("10061 = queue:sales", "7000 = queue:service\n[translate]\n10061 = 7000"),
    )  # fmt: skip
    place.begin("180")
    assert place.events("CallTranslated", call=place.number)[0].number == "10061"
    (decided,) = place.events("RouteDecided", call=place.number)
    assert (decided.target, decided.why) == ("queue:service", "access code 7000")


@pytest.mark.parametrize("fault", ["seat_drop", "board_pull"])
def test_seat_can_not_sign_in_look_at_the_seats_card_and_the_ait_board(fault: str) -> None:
    place = Place()
    place.press("1001", "sign_out")
    heal = place.fault(fault, {"seat": "1001"} if fault == "seat_drop" else {"board": "frame/4/slot/0"})
    place.run(seconds(2))
    place.act("proxy", "sign_in", agent="5001", seat="1001")
    heal()
    place.run(seconds(6))
    place.act("proxy", "sign_in", agent="5001", seat="1001")
    place.run(ms(100))
    assert [result for _, _, result in place.requests("proxy")] == ["seat_faulty", "ok"]


# -- the whole -------------------------------------------------------------------------------------------------------


def test_the_whole_is_switch_access_support_platform_and_business() -> None:
    parts = Place().machine.kernel.parts
    access = {"cti_server", "cti_link", "ccs/a", "ccs/b"}
    support = {"icdcomm", "mds", "mcp", "file_server", "proxy", "aplogic", "ivr/0", "ivr/1", "vp/0"}
    assert {f"callcentre/{name}" for name in access | support | {"uis"}} == {
        path for path in parts if path.startswith("callcentre/")}  # fmt: skip


def test_a_queue_is_a_logical_device_for_calls_of_one_direction() -> None:
    """Callers from the network wait in queues; what a seat calls does not, even a number of a queue."""
    place = Place()
    place.begin("10061")
    place.press("1016", "dial", number="02087654321")
    place.run(seconds(2))
    queued = {row.call for row in place.events("CallQueued")}
    directions = {row.call: row.direction for row in place.events("CallOffered")}
    assert {directions[call] for call in queued} == {"in"}
    assert "seat" in directions.values() or "out" in directions.values()


# -- assumptions of this project -------------------------------------------------------------------------------------


def test_after_a_split_heals_the_one_that_was_active_longer_stays() -> None:
    place = Place()
    heals = [place.fault("comm_cut", {"from": one, "to": two}) for one, two in (("ccs/a", "ccs/b"), ("ccs/b", "ccs/a"))]
    place.run(seconds(5))
    assert place.roles() == ["active", "active"]
    place.begin("10061")
    assert len(place.events("RouteDecided", call=place.number)) == 2
    assert len(place.events("Routed", call=place.number)) == 1
    place.until_seat("1001", "talk")
    for heal in heals:
        heal()
    place.run(seconds(2))
    assert place.roles() == ["active", "standby"]
    last = place.events("RoleChanged", place="callcentre/ccs/b")[-1]
    assert isinstance(last, RoleChanged)
    assert last.why.startswith("the other has been active longer")
    assert place.events("Resynchronised", place="callcentre/ccs/b")[-1].differing == 0
