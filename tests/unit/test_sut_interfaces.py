"""Options of interfaces as values, what they refuse, and what passes between a part and its adaptor."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.assembly.platform_file import DatabaseSpec, PlatformSpec
from switchsim.assembly.services import IvrStep
from switchsim.assembly.signalling import PriSpec, VpSpec
from switchsim.cli.display import PlainTeller
from switchsim.cli.running import Asked, arguments_of, attachment_lines
from switchsim.cli.serving import JsonTeller
from switchsim.errors import BadInput
from switchsim.kernel.inputs import InputKind
from switchsim.model.outside import (
    Answer,
    Listeners,
    Out,
    Query,
    Verify,
    pack_answer,
    pack_in,
    pack_out,
    pack_query,
    pack_verified,
    pack_verify,
    unpack_answer,
    unpack_in,
    unpack_out,
    unpack_query,
    unpack_verified,
    unpack_verify,
)
from switchsim.scenario.interfaces import databases_of, interfaces_of, place_of
from switchsim.scenario.options import OutsideAsked, put_together
from switchsim.scenario.schema import SutSpec
from switchsim.sut.addresses import Address, parse_agi, parse_listen, users_of
from switchsim.sut.dialler import Dialler
from switchsim.sut.options import FAST, REAL
from switchsim.sut.side import DatabaseCounts

NUMBERS = st.integers(0, 2**32 - 1)
AMI = {"ami": "127.0.0.1:0", "no_auth": True}


@given(NUMBERS, st.binary(max_size=50), st.sampled_from(Out))
def test_octets_of_connections_are_packed_both_ways(number: int, payload: bytes, what: Out) -> None:
    assert unpack_in(pack_in(number, payload)) == (number, payload)
    assert unpack_out(pack_out(what, number, payload)) == (what, number, payload)


@given(NUMBERS, st.text(max_size=20), st.text(max_size=20))
def test_a_log_in_is_packed_whatever_the_client_calls_itself(request_number: int, user: str, key: str) -> None:
    what, number, payload = unpack_out(pack_verify(5, Verify(request=request_number, user=user, kind="plain", key=key)))
    asked = unpack_verify(payload)
    assert (what, number, asked.request, asked.kind) == (Out.VERIFY, 5, request_number, "plain")
    assert asked.user == user.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def test_answers_are_packed_both_ways() -> None:
    assert unpack_verified(pack_verified(9, True)) == (9, True)
    query = Query(query=3, statement="level", parameters={"number": "139"})
    assert unpack_query(unpack_out(pack_query(query))[2]) == query
    answer = Answer(query=3, result="found", text="gold", row={"level": "gold", "名": "李"})
    assert unpack_answer(pack_answer(answer)) == answer


@given(st.binary(max_size=40))
def test_octets_that_no_adaptor_writes_never_raise(octets: bytes) -> None:
    unpack_in(octets)
    unpack_verified(octets)
    unpack_answer(octets)
    assert unpack_answer(b'{"query":1,"result":"odd"}') is None


def test_listeners_are_true_when_there_are_any() -> None:
    assert not Listeners()
    assert not Listeners(auth=False)
    assert Listeners(csta=True)
    assert Listeners(agi=(parse_agi("agi://h/s"),))
    assert msgspec.json.decode(msgspec.json.encode(found := Listeners(agi=(parse_agi("1=agi://h/s"),))),
                               type=Listeners) == found


@pytest.mark.parametrize(("text", "address"), [
    ("127.0.0.1:5038", Address("127.0.0.1", 5038)), ("0", Address("127.0.0.1", 0)),
    (":5038", Address("127.0.0.1", 5038)),
    ("[::1]:7", Address("::1", 7)), ("switch.example:65535", Address("switch.example", 65535)),
])
def test_addresses(text: str, address: Address) -> None:
    assert parse_listen(text, "--ami") == address


@pytest.mark.parametrize("text", ["", "host", "host:", "1.2.3.4:65536", "a:b:1", "::1:5", "h:-1", "h:1 ", "h:١",
                                  "u@h:1"])
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(BadInput, match=r"^--ami: .*expected HOST:PORT"):
        parse_listen(text, "--ami")


def test_targets_of_agi() -> None:
    target = parse_agi("10086=agi://a:1,b,[::1]:4574/menu/main?x=1&y=2")
    assert target.number == "10086"
    assert target.hosts == (("a", 1), ("b", 4573), ("::1", 4574))
    assert (target.script, target.url) == ("menu/main?x=1&y=2", "agi://a:1,b,[::1]:4574/menu/main?x=1&y=2")
    assert parse_agi("agi://a").script == ""


@pytest.mark.parametrize("text", ["", "http://a/s", "agi:///s", "x=agi://a/s", "agi://a:0/s", "agi://a:99999/s", "agi://a,/s",
                                  "agi://a/s p", "agi://a/\n", "agi://a b/s", "agi://" + "a," * 300 + "a/s",
                                  "agi://" + ",".join("abcdefghijklmnopq") + "/s"])
def test_targets_that_are_none(text: str) -> None:
    with pytest.raises(BadInput, match=r"^--agi: "):
        parse_agi(text)


@pytest.mark.parametrize(("data", "says"), [
    (None, "no users"), ([], "no users"), ({}, "no users"), ({"a": 12345}, "the secret of 'a' is no text"),
    ({"a": ""}, "can not be used"), ({"a": "s3cret "}, "can not be used"), ({"a": "s3\rcret"}, "can not be used"),
    ({"a": "s3cret" * 50}, "can not be used"), ({7: "s3cret"}, "user '7'"), ({"a\n": "s3cret"}, "user"),
    ({str(n): "s3cret" for n in range(1001)}, "1001 users"),
])
def test_users_that_are_none_are_named_without_their_secrets(data: object, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        users_of(data, "users.yaml")
    assert says in str(caught.value)
    assert "s3" not in str(caught.value)
    assert "12345" not in str(caught.value)


@pytest.mark.parametrize(("asked", "says"), [
    ({"ami": "0"}, "--ami: nobody could log in: there is no password; expected --users FILE; write a YAML file"),
    ({"ami": "0", "csta": "0"}, "--ami, --csta: nobody could log in"),
    ({"users": "u.yaml"}, "--users: nothing asks for a password"),
    ({"no_auth": True}, "--insecure-no-auth: nothing asks for a password"),
    ({"ami": "0", "users": "u.yaml", "no_auth": True}, "--users: users, and --insecure-no-auth"),
    ({"ami": "0", "users": "nowhere.yaml"}, "nowhere.yaml: no such file"),
    (AMI | {"csta": "5038", "ami": "5038"}, "--ami, --csta: one address for both"),
    ({"ami": "", "users": "u.yaml"}, "--ami: nothing is named; expected HOST:PORT"),
    ({"csta": "", "no_auth": True}, "--csta: nothing is named; expected HOST:PORT"),
    ({"database": ""}, "--database: nothing is named; expected the URL of a database"),
    ({"ami": "0", "users": ""}, "--users: nothing is named"),
    ({"agi": ("agi://a/s", "agi://b/s")}, "--agi: two targets for every number"),
    ({"agi": ("1=agi://a/s", "2=agi://a/s", "1=agi://b/s")}, "--agi: two targets for number 1"),
])
def test_options_that_do_not_fit_each_other(
    asked: dict[str, object], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("u.yaml").write_text("a: b\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        put_together(OutsideAsked(**asked), None)  # type: ignore[arg-type]
    assert says in str(caught.value)


def test_what_a_scenario_leaves_empty_is_named_at_its_place() -> None:
    with pytest.raises(BadInput, match=r"^sut: database: nothing is named"):
        put_together(OutsideAsked(), SutSpec(database=""))


def test_who_is_expected_must_be_able_to_come() -> None:
    with pytest.raises(BadInput, match="csta is expected, but there is no --csta"):
        put_together(OutsideAsked(**AMI), SutSpec(expects=("ami", "csta")))  # type: ignore[arg-type]


def test_the_command_line_comes_before_the_scenario_and_users_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "u.yaml").write_text("a: b\n", encoding="utf-8")
    spec = SutSpec(ami="1", csta="2", users="u.yaml", agi=("agi://a/s",))
    options = put_together(OutsideAsked(ami="3", agi=("1=agi://b/s",)), spec, folder=tmp_path)
    assert (options.interfaces.ami, options.interfaces.csta) == (Address("127.0.0.1", 3), Address("127.0.0.1", 2))
    assert [target.number for target in options.listeners.agi] == ["", "1"]
    assert options.listeners.auth
    assert "b" not in repr(options.interfaces.users).split()


@pytest.mark.parametrize(("asked", "pace"), [
    (AMI, REAL), (AMI | {"pace": "fast"}, FAST), (AMI | {"clock": ("unix:c",)}, FAST),
    (AMI | {"attach": ("e1-0:3=raw:unix:r",)}, REAL),
    ({"database": "sqlite://"}, None), ({"agi": ("agi://h/s",)}, REAL),
])
def test_the_pace_is_real_for_clients_over_tcp_unless_a_clock_sets_it(asked: dict[str, object], pace: object) -> None:
    assert put_together(OutsideAsked(**asked), None).pace == pace  # type: ignore[arg-type]


class Stands:
    """As much of a machine as is asked for: its parts' places, and its file."""

    def __init__(self, *places: str, database: DatabaseSpec | None = None, platform: bool = True,
                 voice: bool = True, flow: str = "agi") -> None:
        self.kernel = SimpleNamespace(parts=dict.fromkeys(places))
        signalling = VpSpec(kind="vp", vp=0) if voice else PriSpec(kind="pri", side="user")
        self.spec = SimpleNamespace(platform=PlatformSpec(database=database) if platform else None,
                                    lines=(SimpleNamespace(signalling=signalling),),
                                    services={"ask": (IvrStep(ivr=flow, otherwise="ask"),)})
        self.machines: dict[str, Stands] = {}


LOOK_UPS = DatabaseSpec(statements={"level": "SELECT 1"}, init=("SELECT 2",), timeout="100ms")  # type: ignore[arg-type]


def test_the_parts_of_a_machine_are_its_sources_in_their_order() -> None:
    machine = Stands("callcentre/agi", "callcentre/ami", "callcentre/aplogic", "callcentre/icdcomm")
    found = interfaces_of(machine, Listeners(ami=True, agi=(parse_agi("agi://h/s"),)))
    assert found == ("ami", "agi", "database")
    assert [place_of(name) for name in (*found, "e1-0:16", "clock/0", "run")] == [
        "callcentre/ami", "callcentre/agi", "callcentre/aplogic", None, None, None]


@pytest.mark.parametrize(("machine", "says"), [
    (Stands(platform=False), "--csta: this machine has no call-centre platform; expected a machine with a MEM board"),
    (Stands(), "--csta: nothing in this machine uses it; take another machine"),
])
def test_an_option_without_a_part_is_told(machine: Stands, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        interfaces_of(machine, Listeners(csta=True))


@pytest.mark.parametrize(("target", "voice", "flow", "says"), [
    ("7=agi://h/s", False, "agi", "--agi: this machine has no line to a voice processor"),
    ("agi://h/s", False, "agi", "--agi: this machine has no line to a voice processor"),
    ("agi://h/s", True, "agi/7", "--agi: no service of this machine asks for 'agi://h/s'; expected NUMBER=agi://"),
    ("agi://h/s", True, "hotline", "name the number that is called: --agi NUMBER=agi://h/s"),
    ("agi://h/s", True, "agi", ""), ("7=agi://h/s", True, "hotline", ""),
])
def test_a_server_that_no_call_could_reach_is_refused(target: str, voice: bool, flow: str, says: str) -> None:
    machine = Stands("callcentre/agi", voice=voice, flow=flow)
    listeners = Listeners(agi=(parse_agi(target),))
    if not says:
        assert interfaces_of(machine, listeners) == ("agi",)
        return
    with pytest.raises(BadInput) as caught:
        interfaces_of(machine, listeners)
    assert says in str(caught.value)


def test_a_database_that_is_named_is_not_made_anew() -> None:
    machine = Stands("callcentre/aplogic", database=LOOK_UPS)
    own = databases_of(machine, None, "/m")["database"]
    assert (own.url, own.init, own.beside, own.timeout_ms) == ("sqlite://", ("SELECT 2",), "/m", 100)
    named = databases_of(machine, "sqlite:///leads.db", "/m")["database"]
    assert (named.url, named.init, named.beside) == ("sqlite:///leads.db", (), ".")
    assert (own.named, named.named) == (False, True)
    assert databases_of(Stands(database=LOOK_UPS), None, ".") == {}


def test_each_machine_of_a_plant_has_its_database() -> None:
    plant = Stands("north/callcentre/aplogic", "south/callcentre/aplogic", platform=False)
    plant.machines = {"north": Stands(database=LOOK_UPS), "south": Stands(database=LOOK_UPS), "west": Stands()}
    assert interfaces_of(plant, Listeners()) == ("north/database", "south/database")
    assert list(databases_of(plant, None, ".")) == ["north/database", "south/database"]
    assert place_of("south/database") == "south/callcentre/aplogic"


def test_a_run_in_a_process_of_its_own_gets_the_same_options() -> None:
    outside = OutsideAsked(ami="1", csta="2", agi=("agi://a/s", "1=agi://b/s"), users="u", no_auth=True,
                           database="sqlite://")
    words = arguments_of(Path("s.yaml"), Asked(outside=outside))
    assert words == ["run", "--ami", "1", "--csta", "2", "--users", "u", "--database", "sqlite://", "--agi", "agi://a/s",
                     "--agi", "1=agi://b/s", "--insecure-no-auth", "--", "s.yaml"]  # fmt: skip


def test_what_interfaces_moved_is_told_in_a_line_each() -> None:
    counts = {"ami": {"connections": 2, "octets_in": 10, "slow": 0}, "database": {"found": 0, "late": 0}}
    assert attachment_lines(counts) == ["interface ami: 2 connections, 10 octets in", "interface database: nothing"]


@pytest.mark.parametrize(("why", "said"), [
    ({"no such table": 6}, "2 found, 6 failed (no such table)"),
    ({"no such table": 4, "NoSuchStatement": 2}, "2 found, 6 failed (4 no such table, 2 NoSuchStatement)"),
])
def test_why_look_ups_failed_is_told_with_how_many(why: dict[str, int], said: str) -> None:
    counts = msgspec.to_builtins(DatabaseCounts(found=2, failed=6, failed_why=why))
    assert attachment_lines({"database": counts}) == [f"interface database: {said}"]


def test_a_host_that_nobody_knows_is_told_at_the_start_and_counts_as_unreachable(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(host: str, *words: object, **options: object) -> list[tuple[object, ...]]:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 4573))]

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    dialler = Dialler("agi", (parse_agi("agi://nobody.invalid,127.0.0.1/s"),))
    assert dialler.cautions == ("--agi: nobody knows the host of nobody.invalid:4573; it counts as unreachable",)
    dialler.deliver(pack_out(Out.CONNECT, 1, b"nobody.invalid:4573"))
    assert dialler.take() == [(InputKind.CONNECT_FAILED, pack_in(1, b"unreachable"))]
    assert (dialler.counts.unreachable, dialler.counts.refused) == (1, 0)
    dialler.close()


def test_what_is_not_as_it_should_be_is_a_line_of_a_run_and_an_object_of_serve(
    capfd: pytest.CaptureFixture[str]
) -> None:
    PlainTeller().caution("--agi: nobody knows it")
    JsonTeller().caution("--agi: nobody knows it")
    assert capfd.readouterr().out == '--agi: nobody knows it\n{"event":"caution","text":"--agi: nobody knows it"}\n'
