"""The table *Platform* of what is known of the queue switch, row by row, on the shipped call centre.

Each test is named after its row. Rows of cut-over plans and manuals tell of papers: nobody can see them in a machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from office_bench import SHIPPED
from test_call_centre_flows import Centre

from switchsim.callcentre.ccs.configuration import read
from switchsim.callcentre.process import Process, ProcessCommon
from switchsim.callcentre.registry import CONFIG, CONFIG_BAK, ccs_of, registry
from switchsim.errors import BadInput
from switchsim.model.events import DataShown, RequestTaken, RoleChanged
from switchsim.model.order import Act
from switchsim.model.platform import AnyBody, FileGiven, FileWanted, Letter
from switchsim.units import ms, seconds

CENTRE = SHIPPED / "call_centre.yaml"
SHARED = SHIPPED.parent / "shared" / "call_centre"
Change = Callable[[str], str]


class Place(Centre):
    """A call centre; what its processes are asked by letter in the name of `ivr/0` is answered here."""

    def act(self, process: str, order: str, /, **values: str | int) -> None:
        self.order(f"callcentre/{process}", Act(order, dict(values)))
        self.run(ms(50))

    def requests(self, name: str = "") -> list[tuple[str, str, str]]:
        rows = self.seen("RequestTaken")
        return [(r.event.request, r.event.name, r.event.result) for r in rows
                if isinstance(r.event, RequestTaken) and r.place.endswith(name)]  # fmt: skip

    def roles(self) -> list[str]:
        return [self.machine.part(f"callcentre/ccs/{one}").role()[0] for one in "ab"]

    def lamp(self, name: str) -> str:
        return str(self.machine.part("callcentre/mds").state.lamps.get(name, ""))

    def file(self, name: str, folder: str, file: str) -> FileGiven:
        """What process `name` answers to a wish for a file."""
        answers = self.answers(name, FileWanted(folder, file))
        (answer,) = (one for one in answers if isinstance(one, FileGiven))
        return answer

    def answers(self, name: str, body: AnyBody, sender: str = "ivr/0") -> list[object]:
        part: Process[ProcessCommon] = self.machine.part(f"callcentre/{name}")
        sent: list[object] = []
        send, part.send = part.send, lambda port, message: sent.append(message.body) is None  # type: ignore[method-assign]
        try:
            part.on_message("comm", Letter(name, sender, body))
        finally:
            part.send = send  # type: ignore[method-assign]
        self.run(ms(10))
        return sent


def changed(folder: Path, machine: Change = str, **files: Change) -> Place:
    """The shipped call centre with changes: of its file, and of `ccs`, `icd`, `ccsuser` in ICDCONFIG."""
    shutil.copytree(SHARED, folder / "call_centre")
    text = machine(CENTRE.read_text(encoding="utf-8"))
    (folder / "centre.yaml").write_text(text, encoding="utf-8")
    for name, change in files.items():
        path = folder / "call_centre" / "ICDCONFIG" / {"ccsuser": "ccsuser.dat"}.get(name, f"{name}.ini")
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return Place(str(folder / "centre"))


def keyed_in(place: Place) -> None:
    """A caller keys in an account, and the database says: gold."""
    caller = place.begin("10062")
    place.at("ask")
    place.run(ms(500))
    caller.dial("100001")
    place.at("find")
    place.run(ms(10))
    place.answer("found", level="gold")
    assert place.queue() == "gold"


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


# -- the shared folders ------------------------------------------------------------------------------------------------


def test_icdconfig_holds_icd_ini_ccs_ini_ccsuser_dat_and_not_vp_ini() -> None:
    place = Place()
    found = {name: place.file("file_server", "ICDCONFIG", name).found
             for name in ("icd.ini", "ccs.ini", "ccsuser.dat", "vp.ini")}  # fmt: skip
    assert found == {"icd.ini": True, "ccs.ini": True, "ccsuser.dat": True, "vp.ini": False}


def test_flow_files_lie_in_the_folder_service_of_the_active_ccs() -> None:
    place = Place()
    assert [place.file(f"ccs/{one}", "SERVICE", "hotline.yaml").found for one in "ab"] == [True, False]
    place.harm("ccs/a", "crash")
    place.run(seconds(4))
    assert place.file("ccs/b", "SERVICE", "hotline.yaml").found


def test_common_prompts_of_several_vps_lie_in_isnote_on_the_file_server(tmp_path: Path) -> None:
    shutil.copytree(SHARED, tmp_path / "call_centre")
    (tmp_path / "call_centre" / "ISNOTE").mkdir()
    (tmp_path / "call_centre" / "ISNOTE" / "greeting.al").write_bytes(b"\xd5" * 8)
    (tmp_path / "centre.yaml").write_text(CENTRE.read_text(encoding="utf-8"), encoding="utf-8")
    place = Place(str(tmp_path / "centre"))
    assert place.file("file_server", "ISNOTE", "greeting.al").octets == b"\xd5" * 8
    assert not place.file("file_server", "ISNOTE", "farewell.al").found
    place.act("file_server", "share", folder="ISNOTE", how="not_shared")
    assert not place.file("file_server", "ISNOTE", "greeting.al").found


def test_the_fax_folder_must_be_shared_for_reading_and_writing() -> None:
    place = Place()
    for how in ("read_write", "read"):
        place.act("file_server", "share", folder="FAX", how=how)
        place.answers("file_server", FileGiven("FAX", f"{how}.tif", True, b"page"), "uis")
    assert place.file("file_server", "FAX", "read_write.tif").octets == b"page"
    assert not place.file("file_server", "FAX", "read.tif").found
    (refused,) = place.events("InputRefused", place="callcentre/file_server")
    assert refused.why == "FAX/read.tif of uis: the folder is not shared for writing"


# -- IVR and VP --------------------------------------------------------------------------------------------------------


def test_several_ivrs_run_with_different_flows_and_a_call_goes_to_one_that_has_loaded_its_flow() -> None:
    place = Place()
    for number in ("10062", "10063", "10062"):
        place.begin(number)
    taken = [(row.event.flow, row.place) for row in place.seen("FlowChanged", state="taken")]
    assert taken == [("account", "callcentre/ivr/1"), ("message", "callcentre/ivr/0"), ("account", "callcentre/ivr/1")]


def test_ivr_registers_with_the_active_and_the_standby_ccs() -> None:
    place = Place()
    for name in ("ccs/a", "ccs/b"):
        assert {"ivr/0", "ivr/1"} <= set(place.machine.part(f"callcentre/{name}").state.clients)


def test_ivr_finds_the_active_ccs_in_the_registry_key_config_of_its_host() -> None:
    keys = registry(("ccs/a", "ccs/b"))
    assert keys == {CONFIG: "ccs/a", CONFIG_BAK: "ccs/b"}
    assert CONFIG == "SOFTWARE\\ShenZhenHW\\CONFIG"
    assert Place().machine.part("callcentre/ivr/0").config.ccs == ccs_of(keys)


def test_a_hung_call_control_block_shows_as_a_blue_ball() -> None:
    place = Place()
    place.harm("ivr/1", "hang_block", flow="account", block="ask")
    place.begin("10062")
    place.wait("LampShown", seconds(6), since=0, about=f"flow/{place.number}", colour="blue")


def test_vp_records_plays_and_collects_digits() -> None:
    place = Place()
    caller = place.begin("10063")
    place.at("record", seconds(20))
    place.run(ms(500))
    caller.dial("#")
    place.wait("SoundRecorded", seconds(3), call=place.number)
    assert {"playing", "recording"} <= {row.state for row in place.events("VoiceChannel", call=place.number)}
    keyed_in(place)


def test_at_most_four_e1_cards_a_vp(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as found:
        changed(tmp_path, machine=lambda text: text.replace("names: e1-0..e1-3", "names: e1-0")
                .replace("names: vp-0\n", "names: vp-0..vp-4\n"))  # fmt: skip
    assert "at most 4 E1 cards" in str(found.value)


def test_a_channels_play_lamp_is_red() -> None:
    """The journal tells the state of a channel; its lamp is red while that is `playing`."""
    place = Place()
    place.begin("10060")
    place.wait("VoiceChannel", seconds(3), since=0, call=place.number, state="playing")


# -- MDS, ICDCOMM, PROXY, MCP, the application server ----------------------------------------------------------------


def test_mds_green_is_started_normally_and_standby() -> None:
    """The answer is questionable; the active one of the pair has another colour, who is gone is red."""
    place = Place()
    assert (place.lamp("ccs/b"), place.lamp("ccs/a"), place.lamp("cti_link")) == ("green", "yellow", "green")
    place.harm("ccs/a", "crash")
    place.run(seconds(5))
    assert (place.lamp("ccs/a"), place.lamp("ccs/b")) == ("red", "yellow")
    place.heal("ccs/a", "crash")
    place.run(seconds(3))
    assert place.lamp("ccs/a") == "green"


def test_all_modules_talk_through_icdcomm_and_ending_it_harms_the_system() -> None:
    place = Place()
    servers = set(place.machine.part("callcentre/mds").servers)
    assert len(servers) > 10
    place.act("icdcomm", "stop")
    place.run(seconds(6))
    assert {name for name in servers if place.lamp(name) == "red"} == servers
    assert place.roles() == ["active", "active"]
    place.begin("10061")
    place.wait("Routed", seconds(4), since=0, call=place.number, by="switch")
    place.act("icdcomm", "start")
    place.run(seconds(10))
    assert place.roles() == ["active", "standby"]
    place.begin("10061")
    assert place.events("Routed", call=place.number)[-1].by == "platform"


def test_proxy_stands_between_seats_and_ccs_and_before_the_database_of_the_business_side() -> None:
    place = Place()
    place.act("proxy", "look_up", statement="customer", account="100001")
    place.answer("found", level="gold")
    place.press("1001", "sign_out")
    place.harm("ccs/a", "crash")
    place.act("proxy", "sign_in", agent="5001", seat="1001")  # PROXY still thinks that it is there
    place.run(seconds(7))
    place.act("proxy", "sign_in", agent="5001", seat="1001")
    place.act("proxy", "sign_out", agent="5001", seat="1001")
    assert place.requests("proxy") == [
        ("look_up", "customer", "found"), ("sign_in", "5001", "not_active"), ("sign_in", "5001", "ok"),
        ("sign_out", "5001", "ok")]  # fmt: skip


def test_automatic_flows_reach_the_database_through_aplogic() -> None:
    place = Place()
    assert place.machine.part("callcentre/ivr/1").config.database == "aplogic"
    keyed_in(place)
    assert [row.event.statement for row in place.seen("LookUpDone", place="callcentre/aplogic")] == ["customer"]


def test_signing_in_at_a_configuration_console_needs_mcp() -> None:
    place = Place()
    place.act("mcp", "console_sign_in", console="1")
    place.act("mcp", "stop")
    place.act("mcp", "console_sign_in", console="2")
    assert place.requests("mcp") == [
        ("console_sign_in", "1", "ok"), ("console_sign_in", "2", "refused: MCP does not run")]  # fmt: skip


def test_support_platform_down_calls_are_still_given_to_seats_and_business_operations_fail() -> None:
    """`Support platform` means the database and business side (an assumption)."""
    place = Place()
    for name in ("aplogic", "uis"):
        place.act(name, "stop")
    place.act("proxy", "look_up", statement="customer", account="100001")
    place.act("uis", "business", name="order")
    place.begin("10061")
    place.until_seat("1001", "talk")
    place.run(seconds(7))
    assert place.requests() == [("business", "order", "refused: it does not run"), ("look_up", "customer", "late")]


def test_without_any_platform_calls_are_given_to_seats_all_the_same() -> None:
    place = Place()
    for name in ("ccs/a", "ccs/b", "cti_link", "cti_server", "icdcomm"):
        place.act(name, "stop")
    place.run(seconds(5))
    place.begin("10061")
    place.until_seat("1001", "talk")


def test_the_application_server_needs_icdcomm_only_when_the_ibss_interface_is_called() -> None:
    place = Place()
    place.act("icdcomm", "stop")
    place.act("uis", "business", name="complaint")
    place.act("uis", "ibss", statement="customer", account="100001")
    place.run(seconds(9))
    place.act("icdcomm", "start")
    place.run(seconds(6))
    place.act("uis", "ibss", statement="customer", account="100001")
    place.answer("found", level="gold")
    assert place.requests("uis") == [
        ("business", "complaint", "ok"), ("ibss", "customer", "late"), ("ibss", "customer", "found")]  # fmt: skip


def test_error_log_of_the_application_server_is_iuas_e_log() -> None:
    place = Place()
    assert place.file("uis", "LOG", "iuas_E.log").octets == b""
    place.act("uis", "ptstop", options="-c")
    log = place.file("uis", "LOG", "iuas_E.log").octets.decode()
    assert log.endswith("ptstop -c: refused: not confirmed by -y\n")
    assert not place.file("uis", "LOG", "iuas.log").found


@pytest.mark.parametrize(("options", "states"), [("-y", ["started", "stopping"]), ("-c -y", ["started", "stopped"])])
def test_ptstop_y_can_hang_on_clients_and_ptstop_c_y_ignores_them(options: str, states: list[str]) -> None:
    place = Place()
    place.act("uis", "client", name="desk 1")
    place.act("uis", "ptstop", options=options)
    place.run(seconds(10))
    assert [row.state for row in place.events("ProcessState", place="callcentre/uis")] == states
    if options == "-y":
        place.act("uis", "client", name="desk 2")  # nobody comes in any more
        place.act("uis", "client", name="desk 1", on=0)
        assert [row.state for row in place.events("ProcessState", place="callcentre/uis")] == [*states, "stopped"]
        assert ("client", "desk 2", "refused") in place.requests("uis")


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
