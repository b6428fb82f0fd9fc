"""Telephone user part sheets: one line a step, played against one `Tup`, compared action by action.

A step is `stimulus = what follows`. Stimuli: `> ACM free=1` a message from the peer, `! release 17` a request of our
user, `t6` a timer that expires. What follows: messages by name with the fields that are not 0, `+t6`, `-t6` timers,
`[OUT_TALK]` the state at the end, indications in lower case. `|` separates; nothing after `=` means nothing happens.
"""

from __future__ import annotations

from switchsim.proto.tup import Message, MessageType, SetupRequest, Tup, TupConfig, TupState, decode, encode
from switchsim.proto.tup import actions as act
from switchsim.proto.tup.codec import Value

CIC = 5  # odd: the peer, with the lower point code, controls it
OWN_CIC = 4


def config(**changes: object) -> TupConfig:
    base: dict[str, object] = {"own_pc": 2, "dpc": 1, "circuits": tuple(range(1, 32)), "send_st": False}
    return TupConfig(**(base | changes))  # type: ignore[arg-type]


def new(**changes: object) -> Tup:
    return Tup(TupState(), config(**changes))


def message(text: str, cic: int) -> Message:
    """`ACM free=1 charge=1`: integers, but for numbers (text) and status (hexadecimal)."""
    name, *fields = text.split()
    values: dict[str, Value] = {}
    for field in fields:
        key, _, value = field.partition("=")
        if key == "digits" or (key in ("calling", "original") and name != "GRQ"):
            values[key] = value
        elif key == "status":
            values[key] = bytes.fromhex(value)
        else:
            values[key] = int(value)
    return Message(cic, MessageType[name], values)


def give(tup: Tup, sent: Message) -> list[act.Action]:
    sls, spare, data = encode(sent, tup.config.variant)
    return tup.receive(data, sls, spare)


_QUIET_FIELDS = ("category", "nature_of_address", "all_ss7", "calling_nature", "original_nature", "has_calling")


def show_message(sent: Message) -> str:
    words = [sent.name]
    for key, value in sent.values.items():
        if isinstance(value, bytes) and value:
            words.append(f"{key}={value.hex()}")
        elif not isinstance(value, bytes) and value and key not in _QUIET_FIELDS:
            words.append(f"{key}={value}")
    return " ".join(words)


def timer_name(name: str, cic: int) -> str:
    return name if name.startswith(("tg/", "tx/")) else name.removesuffix(f"/{cic}")


def show(tup: Tup, action: act.Action, cic: int) -> str:
    match action:
        case act.SendMsu(sls, data, spare):
            read = decode(sls, spare, data, tup.config.variant)
            assert isinstance(read, Message)
            return ("" if read.cic == cic else f"{read.cic}:") + show_message(read)
        case act.StartTimer(name):
            return "+" + timer_name(name, cic)
        case act.StopTimer(name):
            return "-" + timer_name(name, cic)
        case act.SetupInd():
            extra = f" from {action.calling}" if action.calling else ""
            return f"setup {action.called}{extra}{' complete' * action.complete}{' checked' * action.checked}"
        case act.ReleasedInd(_, cause, by_peer):
            return f"released {cause}{' peer' * by_peer}"
        case act.SetupFailed(_, reason, try_again):
            return f"failed {reason}{' again' * try_again}"
        case act.Violation(clause):
            return f"violation {clause}"
        case act.MaintenanceAlarm(clause):
            return f"alarm {clause}"
        case act.DigitsInd(_, digits, complete):
            return f"digits {digits}{' complete' * complete}"
        case act.AddressCompleteInd(_, status, charge, forwarded):
            return f"acm {status} {charge}{' forwarded' * forwarded}"
        case act.AnswerInd(_, charge):
            return f"answer {charge}"
        case act.SuspendInd():
            return "suspend"
        case act.ResumeInd():
            return "resume"
        case _:
            return show_other(action, cic)


def show_other(action: act.Action, cic: int) -> str:
    match action:
        case act.IdleInd(where):
            return "idle" if where == cic else f"idle {where}"
        case act.BlockedInd(where, by, kind, on):
            short = kind.removesuffix("enance")
            return f"blocked {where} {by} {short} {'on' if on else 'off'}"
        case act.CheckTone(_, mode):
            return f"tone {mode}"
        case act.ChargeInd(_, pulses, octets):
            return f"charge {pulses} {octets.hex()}".strip()
        case act.InformationInd(_, calling, category):
            return f"information {calling or '-'} {category}"
        case act.InformationRequestInd(_, malicious, hold):
            return f"asked{' malicious' * malicious}{' hold' * hold}"
        case act.SignalInd(_, signal):
            return f"signal {signal}"
        case act.ProgressInd(_, event):
            return f"progress {event}"
        case act.ResetDone(cics):
            return f"reset_done {cics[0]}..{cics[-1]}" if len(cics) > 1 else f"reset_done {cics[0]}"
        case act.StatusInd(what, value):
            return f"status {what} {value}"
        case act.Refused(_, request):
            return f"refused {request}"
    raise AssertionError(action)


def request(tup: Tup, text: str, cic: int) -> list[act.Action]:
    name, *words = text.split()
    numbers = [int(word) for word in words if word.isdigit()]
    if name == "setup":
        check = "check" in words
        calling = "13800138000" if "calling" in words else ""
        category = 13 if "test" in words else 9 if "operator" in words else 10
        asked = SetupRequest(words[0], calling=calling, continuity=check, category=category)
        return tup.setup(asked, cic)[1]
    if name == "digits":
        return tup.more_digits(cic, words[0])
    if name in ("block_group", "unblock_group"):
        return tup.block_group(range(numbers[0], numbers[1] + 1), name[0] == "b", hardware="hardware" in words,
                               software="software" in words)  # fmt: skip
    if name == "reset_group":
        return tup.reset_group(range(numbers[0], numbers[1] + 1))
    if name in ("block", "unblock"):
        return tup.block(cic, name == "block")
    if name == "heard":
        return tup.continuity_heard(cic, words[0] == "ok")
    if name in ("pause", "resume", "restart_all"):
        return getattr(tup, name)()  # type: ignore[no-any-return]
    return getattr(tup, name)(cic, *numbers)  # type: ignore[no-any-return]


def play(tup: Tup, sheet: str, cic: int = CIC) -> None:
    """Play a sheet; fails at the first step whose actions or state are not those written."""
    for line in filter(None, map(str.strip, sheet.strip().splitlines())):
        stimulus, _, expected = (part.strip() for part in line.partition(" ="))
        if stimulus.startswith(">"):
            out = give(tup, message(stimulus[1:], cic))
        elif stimulus.startswith("!"):
            out = request(tup, stimulus[1:].strip(), cic)
        else:
            out = tup.timer(stimulus if "/" in stimulus else f"{stimulus}/{cic}")
        got = [show(tup, action, cic) for action in out]
        words = [word.strip() for word in expected.split("|") if word.strip()]
        if words and words[-1].startswith("["):
            got.append(f"[{tup.state.circuits[cic].state.name}]")
        assert got == words, f"step {stimulus!r} of the sheet"
