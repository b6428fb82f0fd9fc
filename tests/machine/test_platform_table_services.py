"""The table *Platform* of what is known of the queue switch: its rows of folders, IVR, VP and the other processes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from platform_table_bench import CENTRE, SHARED, Place, changed, keyed_in

from switchsim.callcentre.registry import CONFIG, CONFIG_BAK, ccs_of, registry
from switchsim.errors import BadInput
from switchsim.model.platform import FileGiven
from switchsim.units import ms, seconds

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
