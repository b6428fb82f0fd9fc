"""AMI connections: greeting, log-in both ways, challenge, time-outs, limits, masks of events, order of answers."""

from __future__ import annotations

import hashlib

import pytest
from ami_bench import Bench, call_arrives
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.model.order import Heal, Inject, Outside
from switchsim.model.outside import pack_in, pack_verified
from switchsim.model.platform_events import ApplicationChanged, EventTold, InputRefused, RequestTaken
from switchsim.proto.ami import GREETING, UNKNOWN_CLIENTS, Session, SessionState
from switchsim.proto.ami.actions import Close, Judge, Send
from switchsim.proto.ami.session import HELD_CHARACTERS, LOGIN_CYCLES, MISTAKES, PENDING_BLOCKS, REFUSAL_CYCLES
from switchsim.units import ms, seconds


@pytest.fixture
def bench() -> Bench:
    return Bench(auth=True)


# -- greeting and log-in -------------------------------------------------------------------------------------------


def test_the_greeting_is_one_line_and_comes_unasked(bench: Bench) -> None:
    assert bench.raw[bench.connect()] == b"Asterisk Call Manager/13.0.0\r\n" == GREETING


def test_a_good_secret_is_accepted_and_fully_booted_follows(bench: Bench) -> None:
    bench.wait(seconds(90))
    client = bench.connect()
    bench.act(client, "Login", "Username: ccs", "Secret: ******", "ActionID: 1")
    assert bench.read(client) == [
        {"Response": "Success", "ActionID": "1", "Message": "Authentication accepted"},
        {"Event": "FullyBooted", "Privilege": "system,all", "Uptime": "90", "LastReload": "90",
         "Status": "Fully Booted"},
    ]  # fmt: skip
    assert [(one.what, one.why) for one in bench.journal(ApplicationChanged)] == [
        ("connected", ""), ("logged_in", "ccs")]  # fmt: skip


def test_a_bad_secret_is_refused_after_a_second_and_the_connection_closed(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "Login", "Username: nobody", "Secret: ***", "ActionID: 1")
    bench.wait(REFUSAL_CYCLES - ms(10))
    assert bench.read(client) == []
    bench.wait(ms(20))
    assert bench.read(client) == [{"Response": "Error", "ActionID": "1", "Message": "Authentication failed"}]
    assert bench.closed == [client]
    assert [one.what for one in bench.journal(ApplicationChanged)] == ["connected", "failed"]


def test_secrets_are_counted_so_that_the_adaptor_knows_which_is_meant(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "Ping", "Secret: **", "secret:")
    bench.act(client, "Login", "Username: ccs", "Secret: *", "Secret: **")
    assert (bench.asked.kind, bench.asked.key) == ("plain", "3")


def test_challenge_and_key_go_to_the_adaptor_as_they_are(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "Challenge", "AuthType: md5", "ActionID: 4")
    (answer,) = bench.read(client)
    assert (answer["Response"], answer["ActionID"]) == ("Success", "4")
    assert answer["Challenge"].isdigit()
    key = hashlib.md5((answer["Challenge"] + "secret").encode()).hexdigest()
    bench.act(client, "Login", "AuthType: MD5", "Username: ccs", f"Key: {key}")
    asked = bench.asked
    assert (asked.user, asked.kind, asked.challenge, asked.key) == ("ccs", "md5", answer["Challenge"], key)


def test_a_challenge_stays_the_same_for_a_connection_and_differs_between_them(bench: Bench) -> None:
    first, second = bench.connect(), bench.connect()
    for client in (first, first, second):
        bench.act(client, "Challenge", "AuthType: MD5")
    one, again = (answer["Challenge"] for answer in bench.read(first))
    assert one == again != bench.read(second)[0]["Challenge"]


@pytest.mark.parametrize("lines", [("Username: ccs", "AuthType: MD5", "Key: 00"), ("Username: ccs",), ("Secret: *",)])
def test_a_login_without_challenge_secret_or_name_fails(bench: Bench, lines: tuple[str, ...]) -> None:
    client = bench.connect()
    bench.act(client, "Login", *lines)
    bench.wait(REFUSAL_CYCLES + ms(1))
    assert [answer["Message"] for answer in bench.read(client)] == ["Authentication failed"]


def test_challenge_needs_its_type(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "Challenge")
    assert bench.read(client)[0]["Message"] == "Must specify AuthType"


def test_an_action_before_login_is_denied_and_one_without_name_is_missing(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "QueueStatus", "ActionID: 2")
    bench.say(client, b"\r\nActionID: 3\r\n\r\n")
    assert [(one.get("ActionID"), one["Message"]) for one in bench.read(client)] == [
        ("2", "Permission denied"),
        (None, "Missing action in request"),
        ("3", "Missing action in request"),
    ]


def test_without_authentication_any_login_is_good_and_nobody_is_asked() -> None:
    bench = Bench(auth=False)
    client = bench.connect()
    bench.act(client, "Login", "Username: anyone", "Secret: *")
    assert bench.read(client)[0]["Message"] == "Authentication accepted"
    assert not hasattr(bench, "asked")


def test_a_second_login_and_logoff(bench: Bench) -> None:
    client = bench.logged_in()
    bench.act(client, "Login", "Username: ccs", "Secret: x")
    bench.act(client, "Logoff", "ActionID: 9")
    assert bench.read(client) == [
        {"Response": "Success", "Message": "Already authenticated"},
        {"Response": "Goodbye", "ActionID": "9", "Message": "Thanks for all the fish."},
    ]
    assert bench.closed == [client]
    bench.act(client, "Ping")
    assert bench.read(client) == []


# -- limits --------------------------------------------------------------------------------------------------------


def test_whoever_does_not_log_in_within_30_seconds_is_cut_off(bench: Bench) -> None:
    late, logged_in = bench.connect(), bench.logged_in()
    bench.wait(LOGIN_CYCLES - ms(1))
    assert bench.closed == []
    bench.wait(seconds(10))
    assert bench.closed == [late]
    bench.act(logged_in, "Ping")
    assert bench.read(logged_in)[-1]["Ping"] == "Pong"


def test_of_1000_connections_50_may_be_unknown_and_one_that_logs_in_makes_room(bench: Bench) -> None:
    clients = [bench.connect() for _ in range(1000)]
    assert bench.closed == clients[UNKNOWN_CLIENTS:]
    assert not bench.raw[clients[UNKNOWN_CLIENTS]]
    assert len(bench.journal(InputRefused)) == 1000 - UNKNOWN_CLIENTS == bench.ami.state.refused
    bench.act(clients[0], "Login", "Username: ccs", "Secret: x")
    assert bench.raw[bench.connect()] == GREETING


@pytest.mark.parametrize("octets", [b"x" * 100_000, b"a: b\r\n" * 200 + b"\r\n", b"\x00" * 9000])
def test_octets_beyond_a_limit_get_one_error_and_the_connection_is_closed(bench: Bench, octets: bytes) -> None:
    client = bench.logged_in()
    for start in range(0, len(octets), 1000):
        bench.say(client, octets[start : start + 1000])
    (answer,) = bench.read(client)
    assert answer["Response"] == "Error"
    assert answer["Message"].startswith("Failed to parse message: ")
    assert bench.closed == [client]
    assert len(bench.journal(InputRefused)) == 1


def test_a_client_that_sends_nonsense_before_its_login_is_cut_off(bench: Bench) -> None:
    client = bench.connect()
    bench.say(client, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * (MISTAKES + 3))
    assert [one["Message"] for one in bench.read(client)] == ["Missing action in request"] * MISTAKES
    assert bench.closed == [client]


def test_actions_before_an_answer_are_bounded(bench: Bench) -> None:
    client = bench.logged_in()
    bench.say(client, b"Action: Ping\r\n\r\n" * 3 * PENDING_BLOCKS)
    assert len(bench.read(client)) == 3 * PENDING_BLOCKS
    bench.act(client, "QueuePause", "Interface: SEAT/1001", "Paused: 1")
    bench.say(client, b"Action: Ping\r\n\r\n" * PENDING_BLOCKS)
    assert bench.closed == []
    bench.say(client, b"Action: Ping\r\n\r\n")
    assert bench.closed == [client]
    assert f"more than {PENDING_BLOCKS} actions" in bench.journal(InputRefused)[0].why


def test_nothing_secret_is_written_down(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "Login", "Username: ccs", "Secret: hunter2", "Key: 123456")
    bench.act(client, "UserEvent", "UserEvent: x", "Secret: hunter2")
    assert "hunter2" not in repr(bench.host.events)
    assert b"hunter2" not in bench.raw[client]


# -- events and their masks ----------------------------------------------------------------------------------------


def test_events_are_on_unless_the_client_says_otherwise(bench: Bench) -> None:
    everything, nothing, calls = bench.logged_in(), bench.logged_in("Events: off"), bench.logged_in("Events: call")
    call_arrives(bench)
    assert bench.names(everything) == ["Newchannel", "QueueCallerJoin", "MusicOnHoldStart"]
    assert bench.names(nothing) == []
    assert bench.names(calls) == ["Newchannel", "MusicOnHoldStart"]


def test_an_event_is_written_down_once_for_all_clients_and_not_at_all_for_none(bench: Bench) -> None:
    call_arrives(bench)
    assert bench.journal(EventTold) == []
    for _ in range(3):
        bench.logged_in()
    call_arrives(bench, 2, 2)
    assert [one.name for one in bench.journal(EventTold)] == ["Newchannel", "QueueCallerJoin", "MusicOnHoldStart"]


@pytest.mark.parametrize(("mask", "answer"), [("on", "On"), ("off", "Off"), ("call,agent", "On"), ("nonsense", "Off")])
def test_the_action_events_answers_with_its_state(bench: Bench, mask: str, answer: str) -> None:
    client = bench.logged_in()
    bench.act(client, "Events", f"EventMask: {mask}", "ActionID: 6")
    assert bench.read(client) == [{"Response": "Success", "ActionID": "6", "Events": answer}]


def test_an_empty_event_mask_is_refused_and_login_without_system_events_tells_no_fully_booted(bench: Bench) -> None:
    client = bench.connect()
    bench.act(client, "Login", "Username: ccs", "Secret: x", "Events: call")
    bench.act(client, "Events")
    assert [one["Message"] for one in bench.read(client)] == ["Authentication accepted", "Invalid event mask"]


def test_events_that_an_action_brings_about_follow_its_answer(bench: Bench) -> None:
    asking, other = bench.logged_in(), bench.logged_in()
    bench.act(asking, "Originate", "Channel: SEAT/1001", "Exten: 10", "Context: x", "Priority: 1")
    call_arrives(bench)
    assert bench.names(asking) == []
    assert bench.names(other) == ["Newchannel", "QueueCallerJoin", "MusicOnHoldStart"]
    bench.answer("ok", 1)
    assert bench.names(asking) == ["Success", "Newchannel", "QueueCallerJoin", "MusicOnHoldStart"]


def test_events_held_back_are_bounded() -> None:
    session = Session(SessionState(phase="open", mask=2, busy=True), lambda: 1)
    text = "x" * 1000
    sent = [session.told(text, text.encode()) for _ in range(HELD_CHARACTERS // 1000 + 1)]
    assert not any(sent[:-1])
    assert len(sent[-1]) == HELD_CHARACTERS + 1000


def test_actions_are_answered_in_their_order(bench: Bench) -> None:
    client = bench.logged_in()
    bench.act(client, "QueuePause", "Interface: SEAT/1001", "Paused: true", "ActionID: 1")
    bench.act(client, "Ping", "ActionID: 2")
    assert bench.read(client) == []
    bench.answer()
    assert [one["ActionID"] for one in bench.read(client)] == ["1", "2"]
    assert [(one.name, one.request, one.result) for one in bench.journal(RequestTaken)] == [
        ("QueuePause", "1", "Success"), ("Ping", "2", "Success")]  # fmt: skip


# -- lives ---------------------------------------------------------------------------------------------------------


def test_a_client_that_goes_is_forgotten_and_its_answer_goes_nowhere(bench: Bench) -> None:
    client = bench.logged_in()
    bench.act(client, "QueuePause", "Interface: SEAT/1001", "Paused: true")
    bench.order("detached", client, b"slow")
    bench.answer()
    assert bench.raw[client] == b""
    assert bench.journal(ApplicationChanged)[-1] == ApplicationChanged(client, "closed", "slow")
    assert not bench.ami.state.sessions
    assert not [name for name in bench.host.timers if name.startswith("client/")]


def test_a_crash_closes_every_connection_and_until_it_is_back_nobody_is_let_in(bench: Bench) -> None:
    client = bench.logged_in()
    bench.ami.on_order(Inject("1", "crash", {}))
    bench.ami.on_order(Outside("ami", "attached", pack_in(77)))
    bench._collect()
    assert bench.closed == [client, 77]
    bench.ami.on_order(Heal("1", "crash", {}))
    bench.wait(seconds(3))
    assert bench.raw[bench.connect()] == GREETING


def test_a_hung_server_takes_nothing_and_catches_up(bench: Bench) -> None:
    client = bench.logged_in()
    bench.ami.on_order(Inject("1", "hang", {}))
    bench.act(client, "Ping")
    newcomer = bench.connect()
    assert (bench.raw[client], bench.raw[newcomer]) == (b"", b"")
    bench.ami.on_order(Heal("1", "hang", {}))
    bench._collect()
    assert bench.read(client)[0]["Ping"] == "Pong"
    assert bench.raw[newcomer] == GREETING


# -- anything ------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from([
    "Action: Login", "Action: Challenge", "Action: Ping", "Action: Events", "Action: Logoff", "Action: QueueStatus",
    "Action: Originate", "Action: Hangup", "Action: Redirect", "Action: Command", "Action: QueuePause",
    "Action: Setvar", "Action: Getvar", "Action: QueueAdd", "Action: QueuePenalty", "Action: QueueRemove",
    "Action: Status", "Action: Atxfer", "Action: BlindTransfer", "Action: UserEvent", "Action: AGI",
    "Action: Nonsense", "Username: ccs", "Secret: *", "AuthType: MD5", "Key: 1", "Events: call", "EventMask: on",
    "Channel: SEAT/1001", "Channel: E1/*/1", "Channel: /.*/", "Channel: /(/", "Channel: E1/e1-0/1-00000001",
    "Channel: SEAT/1001-00000002", "Exten: 10", "Context: queue", "Priority: 1", "Priority: -",
    "Timeout: 99999999999", "Timeout: x", "Cause: 999", "Queue: sales", "Interface: SEAT/1001",
    "Interface: SEAT/1003", "Interface: ?", "Paused: 1", "Penalty: -7", "Variable: a=1,b",
    "Variable: CALLERID(num)", "Value: \u2028x", "Command: queue show", "Command: core show channels verbose",
    "Async: 1", "CallerID: \"A\" <12", "Application: Queue", "Data: sales", "", "", "", ": ", "\x00",
    "ActionID: \r1",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=60), st.integers(1, 40))
def test_no_input_makes_an_exception_and_the_cuts_change_nothing(words: list[str], piece: int) -> None:
    octets = ("Action: Login\r\nUsername: ccs\r\nSecret: x\r\n\r\n" + "\r\n".join(words)).encode()

    def answers(size: int) -> bytes:
        bench = Bench(auth=True)
        call_arrives(bench)
        client = bench.connect()
        for start in range(0, len(octets), size):
            bench.say(client, octets[start : start + size])
        while bench.orders:
            bench.answer("wrong_state")
        bench.wait(seconds(40))
        return bench.raw[client]

    assert answers(piece) == answers(len(octets))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_before_a_login_are_answered_or_refused(octets: bytes) -> None:
    session = Session(SessionState(), lambda: 7)
    session.data(octets)
    actions = []
    while more := session.next(0):
        actions += more
    assert all(isinstance(one, Send | Close | Judge) or one for one in actions)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=12), st.sampled_from(["attached", "data", "detached", "verified", "nonsense"]))
def test_orders_that_no_adaptor_writes_harm_nobody(octets: bytes, what: str) -> None:
    bench = Bench(auth=True)
    bench.connect()
    bench.ami.on_order(Outside("ami", what, octets))
    bench.ami.on_order(Outside("ami", "verified", pack_in(1, pack_verified(99, True))))
    bench._collect()
    assert bench.ami.state.life == "running"
