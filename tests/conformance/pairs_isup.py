"""Steps for every pair of an ISUP circuit: how each state is reached, and what each event does there by Q.764.

Steps are written as in the sheets, with ` / ` between them. What has no row of its own here is unexpected: it resets an
idle circuit and one whose call has had no backward message, and is discarded everywhere else (Q.764 2.9.5.1).
"""

from __future__ import annotations

from switchsim.conformance.language import Deviation, parse
from switchsim.conformance.q784.bench import AloneBench
from switchsim.conformance.q784.play import Run
from switchsim.conformance.q784.player import CIRCUITS
from switchsim.conformance.q784.words import VOCABULARY
from switchsim.proto import isup
from switchsim.units import seconds

_RINGS = "! SETUP / > IAM / < ACM STATUS=1 / ? ADDRESS-COMPLETE"
_OFFERED = "< IAM CALLED=100 / ? SETUP"
_TALKS = f"{_OFFERED} / ! ADDRESS-COMPLETE / > ACM / ! ANSWER / > ANM"
_CHECKS = "! SETUP check / > IAM CHECK=1 / ? SEND-TONE"
_LOOPS = "< IAM CALLED=100 CHECK=1 / ? LOOP"
REACH = {
    "IDLE": "",
    "O_CHECK": _CHECKS,
    "O_WAIT_ACM": "! SETUP / > IAM",
    "O_WAIT_ANM": _RINGS,
    "O_ANSWERED": f"{_RINGS} / < ANM / ? ANSWER",
    "O_SUSPENDED": f"{_RINGS} / < ANM / ? ANSWER / < SUS NETWORK=1 / ? SUSPENDED",
    "O_OVERLOAD": "! SETUP / > IAM / < OLM / ? FAILED AGAIN=1",
    "I_CHECK": _LOOPS,
    "I_WAIT_ACM": _OFFERED,
    "I_WAIT_ANM": f"{_OFFERED} / ! ADDRESS-COMPLETE / > ACM",
    "I_ANSWERED": _TALKS,
    "I_SUSPENDED": f"{_TALKS} / < SUS NETWORK=1 / ? SUSPENDED",
    "WAIT_RLC": f"{_TALKS} / ! RELEASE / > REL / ? RELEASED",
    "RESET": "! RESET / > RSC",
    "GROUP_RESET": "! RESET-GROUP FIRST=1 COUNT=2 / > GRS RANGE=1",
    "O_FAILED": f"{_CHECKS} / ! TONE silent / > COT OK=0 / ? FAILED AGAIN=1",
    "O_RECHECK": "! CHECK / > CCR / ? SEND-TONE",
    "I_FAILED": f"{_LOOPS} / < COT OK=0 / ? TONE-OFF",
    "I_RECHECK": "< CCR / ? LOOP",
}
_BEFORE = ("O_CHECK", "O_WAIT_ACM")
_OUT = (*_BEFORE, "O_WAIT_ANM", "O_ANSWERED", "O_SUSPENDED")
_IN = ("I_CHECK", "I_WAIT_ACM", "I_WAIT_ANM", "I_ANSWERED", "I_SUSPENDED")
_CALL = (*_OUT, *_IN)
_TALK = ("O_ANSWERED", "O_SUSPENDED", "I_ANSWERED", "I_SUSPENDED")
_RESETS = ("IDLE", *_BEFORE, "I_CHECK", "I_WAIT_ACM")
_NOTHING = "hold 100ms"

_ARGUMENTS = {
    "IAM": "CALLED=10000 ST=1", "SAM": "DIGITS=5", "COT": "OK=1", "GRS": "RANGE=1", "GRA": "RANGE=1 STATUS=0x0",
    "CGB": "RANGE=1 STATUS=0x1", "CGU": "RANGE=1 STATUS=0x1", "CGBA": "RANGE=1 STATUS=0x1",
    "CGUA": "RANGE=1 STATUS=0x1", "CQM": "RANGE=1", "CQR": "RANGE=1 STATES=0x0C0C", "SUS": "NETWORK=1",
    "RES": "NETWORK=1",
}  # fmt: skip
MESSAGES = ("IAM", "SAM", "COT", "ACM", "CON", "CPG", "ANM", "INR", "INF", "FOT", "SUS", "RES", "SGM", "OLM", "CCR",
            "LPA", "FAR", "REL", "RLC", "RSC", "BLO", "BLA", "UBL", "UBA", "UCIC", "CFN", "GRS", "GRA", "CGB", "CGU",
            "CGBA", "CGUA", "CQM", "CQR")  # fmt: skip
ORDERS = {
    "SETUP": "", "DIGITS": " DIGITS=1", "ADDRESS-COMPLETE": "", "PROGRESS": "", "ANSWER": "", "OVERLOAD": "",
    "SUSPEND": "", "RESUME": "", "RELEASE": "", "FORWARD-TRANSFER": "", "INFORMATION": "", "RESET": "",
    "TONE heard": "", "TONE silent": "", "CHECK": "", "RESET-GROUP": " FIRST=1 COUNT=2",
}  # fmt: skip


def end_of(state: str) -> str:
    """What the user is told when a call ends there."""
    if state in _BEFORE:
        return " / ? FAILED AGAIN=1"
    if state == "I_CHECK":
        return ""  # it has not been offered
    return " / ? RELEASED" if state in _CALL else ""


_EVERYWHERE = tuple(REACH)
_ROWS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # what belongs to a call
    ("IAM", ("IDLE",), "? SETUP CALLED=10000 COMPLETE=1"),
    ("IAM", _BEFORE, _NOTHING),  # circuit 1 is ours to control (2.9.1.4)
    ("SAM", ("I_CHECK",), _NOTHING),
    ("SAM", ("I_WAIT_ACM",), "? DIGITS DIGITS=5"),
    ("COT", ("I_CHECK",), "? TONE-OFF / ? SETUP CHECKED=1"),
    ("COT", ("I_RECHECK",), _NOTHING),
    ("ACM", ("O_WAIT_ACM",), "? ADDRESS-COMPLETE"),
    ("CON", ("O_WAIT_ACM",), "? CONNECTED"),
    ("CPG", ("O_WAIT_ANM", "O_ANSWERED", "O_SUSPENDED"), "? PROGRESS"),
    ("ANM", ("O_WAIT_ANM",), "? ANSWER"),
    ("INR", ("O_WAIT_ACM",), "> INF"),
    ("INF", ("I_WAIT_ACM",), "? INFORMATION"),
    ("FOT", ("I_WAIT_ANM", "I_ANSWERED", "I_SUSPENDED"), "? FORWARD-TRANSFER"),
    ("SUS", ("O_ANSWERED", "I_ANSWERED"), "? SUSPENDED NETWORK=1"),
    ("RES", ("O_SUSPENDED", "I_SUSPENDED"), "? RESUMED NETWORK=1"),
    ("OLM", ("O_WAIT_ACM",), "? FAILED AGAIN=1"),
    ("CCR", ("IDLE", "I_FAILED"), "? LOOP"),
    ("FAR", _CALL, "> FRJ CAUSE=29"),
    ("SGM", _EVERYWHERE, _NOTHING),
    ("LPA", _EVERYWHERE, _NOTHING),
    # clearing
    ("REL", _EVERYWHERE, "> RLC+END"),
    ("REL", _BEFORE, "> RLC / ? RELEASED PEER=1"),
    ("RLC", _EVERYWHERE, _NOTHING),
    ("RLC", (*_CALL, "O_OVERLOAD"), "> REL+END"),
    ("RLC", ("WAIT_RLC",), "? IDLE"),
    ("RLC", ("RESET",), "? RESET-DONE"),
    ("RSC", _EVERYWHERE, "> RLC+END"),
    # supervision
    ("BLO", _EVERYWHERE, "> BLA / ? BLOCKED PEER=1"),
    ("BLO", _BEFORE, "> BLA / ? BLOCKED PEER=1 / ? FAILED AGAIN=1 / > REL"),
    ("BLA", _EVERYWHERE, "> UBL"),
    ("UBL", _EVERYWHERE, "> UBA"),
    ("UBA", _EVERYWHERE, _NOTHING),
    ("UCIC", _EVERYWHERE, "? ALARM+END"),
    ("UCIC", ("GROUP_RESET",), "? ALARM / > RSC CIC=2"),  # the other circuit of the group
    ("CFN", _EVERYWHERE, _NOTHING),
    ("GRS", _EVERYWHERE, "> GRA RANGE=1 STATUS=0+END"),
    ("GRA", _EVERYWHERE, _NOTHING),
    ("GRA", ("GROUP_RESET",), "? RESET-DONE COUNT=2"),
    ("CGB", _EVERYWHERE, "> CGBA RANGE=1 STATUS=1 / ? BLOCKED PEER=1 HARDWARE=0"),
    ("CGB", _BEFORE, "? BLOCKED PEER=1 / ? FAILED AGAIN=1 / > REL / > CGBA RANGE=1 STATUS=1"),
    ("CGU", _EVERYWHERE, "> CGUA RANGE=1 STATUS=1"),
    ("CGBA", _EVERYWHERE, "> CGU HARDWARE=0 RANGE=1 STATUS=1"),
    ("CGUA", _EVERYWHERE, _NOTHING),
    ("CQM", _EVERYWHERE, "> CQR RANGE=1"),
    ("CQR", _EVERYWHERE, _NOTHING),
    # orders
    *((order, _EVERYWHERE, "? REFUSED") for order in ORDERS),
    ("SETUP", _EVERYWHERE, "? FAILED CIC=0 AGAIN=0"),
    ("SETUP", ("IDLE",), "> IAM"),
    ("ADDRESS-COMPLETE", ("I_WAIT_ACM",), "> ACM"),
    ("PROGRESS", ("I_WAIT_ANM", "I_ANSWERED", "I_SUSPENDED"), "> CPG EVENT=1"),
    ("ANSWER", ("I_WAIT_ACM",), "> CON"),
    ("ANSWER", ("I_WAIT_ANM",), "> ANM"),
    ("OVERLOAD", ("I_WAIT_ACM",), "> OLM"),
    ("SUSPEND", _TALK, "> SUS NETWORK=1"),
    ("RESUME", _TALK, "> RES NETWORK=1"),
    ("RELEASE", _CALL, "> REL CAUSE=16 / ? RELEASED CAUSE=16 PEER=0"),
    ("RELEASE", ("I_CHECK",), "> REL CAUSE=16"),
    ("FORWARD-TRANSFER", ("O_WAIT_ANM", "O_ANSWERED"), "> FOT"),
    ("INFORMATION", ("I_WAIT_ACM",), "> INR ADDRESS=1 CATEGORY=1"),
    ("RESET", _EVERYWHERE, "> RSC+END"),
    ("RESET", ("GROUP_RESET",), "? REFUSED"),
    ("RESET-GROUP", _EVERYWHERE, "> GRS RANGE=1+END"),
    ("TONE heard", ("O_CHECK",), "> COT OK=1 / ? TONE-OFF"),
    ("TONE heard", ("O_RECHECK",), "> REL / ? TONE-OFF"),
    ("TONE silent", ("O_CHECK",), "> COT OK=0 / ? FAILED AGAIN=1"),
    ("TONE silent", ("O_RECHECK",), "> COT OK=0 / ? ALARM"),
    ("CHECK", ("IDLE",), "> CCR / ? SEND-TONE"),
)  # fmt: skip
"""Event, states, what follows; a later row stands for an earlier one. +END: the user is told what the state has."""

ROWS = {(state, event): steps.replace("+END", end_of(state)) for event, states, steps in _ROWS for state in states}


def follows(state: str, event: str) -> str:
    """What an event does in a state."""
    if (state, event) in ROWS:
        return ROWS[state, event]
    return f"> RSC{end_of(state)}" if state in _RESETS else _NOTHING


def matrix() -> dict[tuple[str, str], str]:
    """(state, event) -> all steps, from the idle circuit on."""
    found = {}
    for state, before in REACH.items():
        for message in MESSAGES:
            found[state, message] = f"{before} / < {message} {_ARGUMENTS.get(message, '')} / {follows(state, message)}"
        for order, arguments in ORDERS.items():
            found[state, order] = f"{before} / ! {order}{arguments} / {follows(state, order)}"
    return found


_LONG_T24 = {"t24": seconds(40)}
_BLOCK = "! BLOCK / > BLO"
_BLOCKED = f"{_BLOCK} / < BLA / ? BLOCKED PEER=0"
_UNBLOCK = f"{_BLOCKED} / ! UNBLOCK / > UBL"


def _groups() -> dict[str, str]:
    """Blocking of groups, sent: each kind in each of its states."""
    found: dict[str, str] = {}
    for hardware in (0, 1):
        flag, field = " hardware" * hardware, f"HARDWARE={hardware} RANGE=2 STATUS=0x7"
        kind = ("maintenance", "hardware")[hardware]
        on, off = f"! BLOCK-GROUP FIRST=1 COUNT=3{flag}", f"! UNBLOCK-GROUP FIRST=1 COUNT=3{flag}"
        done = f"? BLOCKED CIC=1..3 PEER=0 HARDWARE={hardware}"
        blocking = f"{on} / > CGB {field}"
        blocked = f"{blocking} / < CGBA {field} / {done}"
        unblocking = f"{blocked} / {off} / > CGU {field}"
        found |= {
            f"{kind}: CGBA unasked": f"< CGBA {field} / > CGU {field}",
            f"{kind}: blocking again": f"{blocking} / {on} / > CGB {field} / < CGBA {field} / {done}",
            f"{kind}: unblocking before the answer": f"{blocking} / {off} / > CGU {field} / < CGUA {field} / "
                                                     f"? UNBLOCKED CIC=1..3 PEER=0",
            f"{kind}: blocked again": f"{blocked} / {on} / > CGB {field}",
            f"{kind}: CGUA unasked": f"{blocked} / < CGUA {field} / > CGB {field}",
            f"{kind}: blocking instead of unblocking": f"{unblocking} / {on} / > CGB {field} / < CGBA {field} / {done}",
            f"{kind}: a circuit that is not there": f"{unblocking} / < UCIC / ? ALARM / > CGU CIC=2 "
                                                    f"HARDWARE={hardware} RANGE=1 STATUS=0x3",
            f"{kind}: T18, T19": f"{blocking} / mark / T18 15..60s / > CGB {field} x 2.. / T19 5..15min since mark / "
                                 f"? ALARM / wait 1s",
            f"{kind}: T20, T21": f"{unblocking} / mark / T20 15..60s / > CGU {field} x 2.. / T21 5..15min since mark / "
                                 f"? ALARM / wait 1s",
            f"{kind}: received": f"< CGU {field} / > CGUA {field} / < CGB {field} / > CGBA {field} / "
                                 f"? BLOCKED CIC=1..3 PEER=1 / < CGB {field} / > CGBA {field} / < CGU {field} / "
                                 f"> CGUA {field} / ? UNBLOCKED CIC=1..3 PEER=1",
        }  # fmt: skip
    return found


SEQUENCES: dict[str, str] = {
    # one circuit blocked: 2.8.2.1, 2.9.5.1 d and e
    "unblock, not blocked": "! UNBLOCK / hold 1min",
    "block twice": f"{_BLOCK} / ! BLOCK / hold 10s / < BLA / ? BLOCKED PEER=0",
    "unblock before BLA": f"{_BLOCK} / ! UNBLOCK / > UBL / < UBA / ? UNBLOCKED PEER=0",
    "UBA in place of BLA": f"{_BLOCK} / < UBA / hold 10s / < BLA / ? BLOCKED PEER=0",
    "block, blocked": f"{_BLOCKED} / ! BLOCK / hold 1min",
    "BLA, blocked": f"{_BLOCKED} / < BLA / hold 1min",
    "UBA, blocked": f"{_BLOCKED} / < UBA / > BLO / < BLA / ? BLOCKED PEER=0",
    "block before UBA": f"{_UNBLOCK} / ! BLOCK / > BLO / < BLA / ? BLOCKED PEER=0",
    "unblock twice": f"{_UNBLOCK} / ! UNBLOCK / hold 10s / < UBA / ? UNBLOCKED PEER=0",
    "BLA in place of UBA": f"{_UNBLOCK} / < BLA / hold 10s / < UBA / ? UNBLOCKED PEER=0",
    **_groups(),
    # query: 2.8.3
    "query": "! QUERY FIRST=1 COUNT=3 / > CQM RANGE=2 / < CQR RANGE=2 STATES=0x0C0C0C / ? STATES STATES=0x0C0C0C",
    "query not answered": "! QUERY FIRST=1 COUNT=3 / > CQM RANGE=2 / T28 9..11s / ? ALARM / hold 5min",
    # timers that no sheet waits for
    "T2": f"{_RINGS} / < ANM / ? ANSWER / < SUS NETWORK=0 / ? SUSPENDED NETWORK=0 / T2 170..190s / > REL / ? RELEASED",
    "T2, called": f"{_TALKS} / < SUS NETWORK=0 / ? SUSPENDED NETWORK=0 / T2 170..190s / > REL / ? RELEASED",
    "T6, called": f"{_TALKS} / < SUS NETWORK=1 / ? SUSPENDED NETWORK=1 / T6 10..120s / > REL / ? RELEASED",
    "T3": "! SETUP / > IAM / < OLM / ? FAILED AGAIN=1 / T3 115..125s / > REL",
    "T33": f"{_OFFERED} / ! INFORMATION / > INR / T33 12..15s / > REL / ? RELEASED",
    "T36": "< CCR / ? LOOP / T36 10..15s / > RSC",
    "T34, ACM": "! SETUP / > IAM / < ACM SEGMENT=1 STATUS=1 / T34 2..4s / ? ADDRESS-COMPLETE STATUS=1",
    "T34, CPG": f"{_RINGS} / < CPG EVENT=1 SEGMENT=1 / T34 2..4s / ? PROGRESS EVENT=1",
    "T34, CPG in talk": f"{_RINGS} / < ANM / ? ANSWER / < CPG EVENT=1 SEGMENT=1 / T34 2..4s / ? PROGRESS",
    "T34, CPG while suspended": f"{REACH['O_SUSPENDED']} / < CPG EVENT=1 SEGMENT=1 / T34 2..4s / ? PROGRESS",
    "T34, continuity": "< IAM CHECK=1 CALLED=10000 ST=1 SEGMENT=1 / ? LOOP / hold 6s / < COT OK=1 / ? SETUP CHECKED=1",
    # the MTP: 2.10, 2.13.2, 2.14
    "pause twice": "! MTP-PAUSE / ? AVAILABLE ON=0 / ! MTP-PAUSE / ! SETUP / ? FAILED CIC=0 / ! MTP-RESUME / "
                   "? AVAILABLE ON=1 / ! MTP-RESUME / ! SETUP / > IAM",
    "congestion": "! MTP-CONGESTION / ? CONGESTION STEP=1 / ! MTP-CONGESTION / hold 100ms / wait 500ms / "
                  "! MTP-CONGESTION / ? CONGESTION STEP=2 / T30 5..10s / ? CONGESTION STEP=1 / T30 5..10s / "
                  "? CONGESTION STEP=0",
    "congestion, then no way": "! MTP-CONGESTION / ? CONGESTION STEP=1 / ! MTP-PAUSE / ? AVAILABLE ON=0 / wait 500ms / "
                               "! MTP-CONGESTION / ? CONGESTION STEP=2 / T30 5..10s / ? CONGESTION STEP=1 / "
                               "T30 5..10s / ? CONGESTION STEP=0",
    "no ISUP": "! MTP-USER-UNEQUIPPED / ? USER-PART ON=0 / ? ALARM / hold 20min / ! SETUP / ? FAILED CIC=0",
    "ISUP unknown": "! MTP-USER-UNKNOWN / ? USER-PART ON=0 / > UPT CIC=0 / T4 5..15min / > UPT CIC=0 / < UPA CIC=0 / "
                    "? USER-PART ON=1",
    "no way, and no ISUP": "! MTP-PAUSE / ? AVAILABLE ON=0 / ! MTP-USER-UNEQUIPPED / ? USER-PART ON=0 / ? ALARM",
    "no way, ISUP unknown": "! MTP-PAUSE / ? AVAILABLE ON=0 / ! MTP-USER-UNKNOWN / ? USER-PART ON=0 / hold 40min / "
                            "! MTP-RESUME / ? AVAILABLE ON=1 / > UPT CIC=0",
    "no way, ISUP out of reach": "! MTP-PAUSE / ? AVAILABLE ON=0 / ! MTP-USER-INACCESSIBLE / ? USER-PART ON=0",
}  # fmt: skip
_EARLY = "< IAM CALLED=100 / ? SETUP"
WITH_OPTIONS: dict[str, tuple[dict[str, object], str]] = {
    "T7 during a check": ({"timers": _LONG_T24}, f"{_CHECKS} / T7 20..30s / > REL / ? RELEASED"),
    "T10": ({"early_acm": "t10"}, f"{_EARLY} / T10 4..6s / > ACM STATUS=0"),
    "T11": ({"early_acm": "t11"}, f"{_EARLY} / T11 15..20s / > ACM STATUS=0"),
    "T35": ({"minimum_digits": 5}, f"{_EARLY} / T35 15..20s / > REL CAUSE=28 / ? RELEASED CAUSE=28"),
    "LPA": ({"loop_ack": True}, "< CCR / > LPA / ? LOOP"),
}


def play(steps: str, met: list[tuple[str, int, int | str]], **options: object) -> str:
    """Why the steps do not hold, empty when they do; `met` gets the pairs."""
    config = isup.IsupConfig(own_pc=1, dpc=2, circuits=CIRCUITS, **options)  # type: ignore[arg-type]
    user = isup.Isup(isup.IsupState(), config)
    user.trace = met
    run = Run(AloneBench(user))
    parsed = tuple(step for number, text in enumerate(steps.split(" / ")) if (step := parse(text, number, VOCABULARY)))
    try:
        run.steps(parsed)
        run.end(parsed[-1])
    except Deviation as deviation:
        return f"{deviation.step.text}: {deviation.reason}\n" + "\n".join(map(str, run.bench.log))
    return ""


def walk() -> list[tuple[str, int, int | str]]:
    """All pairs that these steps meet."""
    met: list[tuple[str, int, int | str]] = []
    for steps in (*matrix().values(), *SEQUENCES.values()):
        play(steps, met)
    for options, steps in WITH_OPTIONS.values():
        play(steps, met, **options)
    return met
