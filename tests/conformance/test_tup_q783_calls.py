"""Call sheets of the telephone user part: set-up, answer, release, the unsuccessful messages (Q.724 clause 1).

Q.783 numbers its group 4 by heading code (4.6.1 SSB received, 4.6.2 SSB sent), so the sheets of that group have such
numbers; every other sheet is named after the clause of Q.724 that it plays.
"""

from __future__ import annotations

import pytest
from tup_bench import CIC, OWN_CIC, give, message, new, play, show

from switchsim.proto.tup import Circuits, MessageType, Tup
from switchsim.proto.tup.causes import CAUSES
from switchsim.proto.tup.state import IN_WAITING, TALKING

SETUP = "! setup 1000 = IAM digits=1000 | +t2 | [OUT_ADDRESS]"
RINGING = f"{SETUP}\n > ACM free=1 charge=1 = -t2 | +tanswer | acm 1 2 | [OUT_RINGING]"
TALK = f"{RINGING}\n > ANC = -tanswer | answer 2 | [OUT_TALK]"
OFFERED = "> IAM category=10 nature_of_address=2 digits=1000 = +tdigits | setup 1000 | [IN_ADDRESS]"
IN_RINGING = f"{OFFERED}\n ! address_complete = -tdigits | ACM charge=1 free=1 | [IN_RINGING]"
IN_TALK = f"{IN_RINGING}\n ! answer = ANC | [IN_TALK]"
CLEARED = "> CLF = released 16 peer | RLG | idle | [IDLE]"

SHEETS = [
    ("1.1 outgoing call, calling party clears",
     f"{TALK}\n ! release 16 = released 16 | CLF | +t6 | +t7 | [OUT_RELEASING]\n > RLG = -t6 | -t7 | idle | [IDLE]"),
    ("1.1 incoming call, calling party clears", f"{IN_TALK}\n {CLEARED}"),
    ("1.1 the calling number in an IAI",
     "! setup 1000 calling = IAI digits=1000 calling=13800138000 | +t2 | [OUT_ADDRESS]"),
    ("1.1 an IAI brings the calling number",
     "> IAI category=10 digits=1000 has_calling=1 calling=123 = +tdigits | setup 1000 from 123 | [IN_ADDRESS]"),
    ("1.1 end of pulsing makes a number complete",
     "> IAM category=10 digits=1000F = setup 1000 complete | [IN_ADDRESS]"),
    ("1.1 a number of more than 15 digits goes on in a SAM",
     "! setup 12345678901234567 = IAM digits=123456789012345 | SAM digits=67 | +t2"),
    ("1.1 and in a SAO where one digit is left",
     "! setup 1234567890123456 = IAM digits=123456789012345 | SAO digit=6 | +t2"),
    ("1.2 overlap sending", f"{SETUP}\n ! digits 5 = SAO digit=5 | +t2\n ! digits 67 = SAM digits=67 | +t2\n"
     "> ACM = -t2 | +tanswer | acm 0 0\n ! digits 8 = refused more_digits"),
    ("1.2 overlap receiving", f"{OFFERED}\n > SAO digit=5 = -tdigits | +tdigits | digits 5\n"
     "> SAM digits=67F = -tdigits | digits 67 complete\n ! address_complete = ACM charge=1 free=1 | [IN_RINGING]\n"
     "> SAM digits=8 =  [IN_RINGING]"),
    ("1.5 no address complete", f"{SETUP}\n t2 = released 102 | CLF | +t6 | +t7 | [OUT_RELEASING]"),
    ("1.5 address complete says what is charged",
     f"{SETUP}\n > ACM charge=2 forwarded=1 = -t2 | +tanswer | acm 0 1 forwarded"),
    ("1.6 no digit for too long: address incomplete",
     f"{OFFERED}\n tdigits = released 28 | ADI | +t3 | [IN_REFUSED]\n > CLF = -t3 | RLG | idle | [IDLE]"),
    ("1.11 no charge", f"{RINGING}\n > ANN = -tanswer | answer 1 | [OUT_TALK]"),
    ("1.11 unqualified", f"{RINGING}\n > ANU = -tanswer | answer 0 | [OUT_TALK]"),
    ("1.11 nobody answers", f"{RINGING}\n tanswer = released 19 | CLF | +t6 | +t7 | [OUT_RELEASING]"),
    ("1.11 an answer sends the address complete that is missing",
     f"{OFFERED}\n ! answer 1 = -tdigits | ACM charge=2 | ANN | [IN_TALK]"),
    ("1.12 called party clears, no re-answer", f"{TALK}\n > CBK = +treanswer | suspend | [OUT_CLEARED_BACK]\n"
     "treanswer = released 16 peer | CLF | +t6 | +t7 | [OUT_RELEASING]\n > RLG = -t6 | -t7 | idle | [IDLE]"),
    ("1.12 called party clears and is back", f"{TALK}\n > CBK = +treanswer | suspend\n"
     "> RAN = -treanswer | resume | [OUT_TALK]\n > RAN = violation 6.5 | [OUT_TALK]"),
    ("1.12 clear back sent", f"{IN_TALK}\n ! suspend_call = CBK | [IN_CLEARED_BACK]\n ! resume_call = RAN | [IN_TALK]\n"
     f"! suspend_call = CBK | [IN_CLEARED_BACK]\n {CLEARED}"),
    ("1.12 called side releases for good", f"{IN_TALK}\n ! release 16 = released 16 | CBK | [IN_ENDED]\n"
     "! resume_call = refused resume\n > CLF = RLG | idle | [IDLE]"),
    ("1.13 forward transfer", f"{TALK}\n ! forward_transfer = FOT"),
    ("1.13 forward transfer received", f"{IN_TALK}\n > FOT = signal forward_transfer"),
    ("1.14 calling party clears before address complete",
     f"{SETUP}\n ! release 16 = -t2 | released 16 | CLF | +t6 | +t7\n > ACM =  [OUT_RELEASING]\n"
     "> RLG = -t6 | -t7 | idle | [IDLE]"),
    ("1.14 calling party clears while it rings", f"{IN_RINGING}\n {CLEARED}"),
    ("1.14 CLF is answered in any state", "> CLF = RLG | [IDLE]"),
    ("1.18 general request", f"{OFFERED}\n ! request_information = GRQ calling=1 | +tinfo\n"
     "> GSM has_calling=1 calling=123 has_category=1 category=10 = -tinfo | information 123 10"),
    ("1.18 general request that nobody answers",
     f"{OFFERED}\n ! request_information = GRQ calling=1 | +tinfo\n tinfo = violation 1.18 | information - -1"),
    ("2.1 dual seizure of a circuit that the peer controls", f"{SETUP}\n > IAM category=10 digits=77 = "
     "-t2 | failed dual_seizure again | +tdigits | setup 77 | [IN_ADDRESS]"),
    ("2.1 IAM behind a general request is no dual seizure", f"{SETUP}\n > GRQ category=1 = GSM has_category=1 | asked\n"
     "> IAM digits=77 = violation 2.2 | [OUT_ADDRESS]\n > BLO = blocked 5 peer maint on | BLA | [OUT_ADDRESS]"),
    ("6.5 IAM behind ACM is no dual seizure", f"{RINGING}\n > IAM digits=77 = violation 6.5 | [OUT_RINGING]"),
    ("6.4 no release guard", f"{TALK}\n ! release 16 = released 16 | CLF | +t6 | +t7\n"
     "t6 = CLF | +t6\n t6 = CLF | +t6\n t7 = -t6 | alarm 6.4 | [OUT_STUCK]\n t6 = \n > RLG = idle | [IDLE]"),
    ("6.4 no clear forward", f"{OFFERED}\n ! release 1 = -tdigits | released 1 | UNN | +t3 | [IN_REFUSED]\n"
     "t3 = CFL | +t4 | +t5 | [IN_FAILING]\n t4 = CFL | +t4\n"
     "t5 = -t4 | alarm 6.4 | [IN_STUCK]\n > CLF = RLG | idle | [IDLE]"),
    ("6.5 answer before address complete",
     f"{SETUP}\n > ANC = violation 6.5 | -t2 | failed unreasonable again | RSC | +t18 | +t19 | [RESETTING]"),
    ("6.5 release guard before clear forward",
     f"{TALK}\n > RLG = violation 6.5 | released 31 peer | CLF | +t6 | +t7 | [OUT_RELEASING]"),
    ("6.5 release guard on an idle circuit", "> RLG =  [IDLE]"),
    ("6.5 a call message on an idle circuit", "> ACM = violation 6.5 | RSC | +t18 | +t19 | [RESETTING]"),
    ("6.5 forward message to the calling side", f"{TALK}\n > COT = violation 6.5 | [OUT_TALK]"),
    ("6.5 backward message to the called side", f"{IN_TALK}\n > ACM = violation 6.5 | [IN_TALK]"),
    ("6.5 clear back before answer", f"{RINGING}\n > CBK = violation 6.5 | [OUT_RINGING]"),
    ("GF 001-9001 pulses of the toll exchange", f"{TALK}\n > MPM pulses=300 = charge 300"),
    ("GF 001-9001 pulses sent", f"{IN_TALK}\n ! charge 9 = MPM pulses=9"),
    ("GF 001-9001 malicious call", f"{IN_TALK}\n ! malicious = MAL"),
    ("GF 001-9001 malicious call reported", f"{TALK}\n > MAL = signal malicious"),
    ("GF 001-9001 calling party clears, called party controls",
     f"{TALK}\n ! calling_party_clear = CCL | [OUT_TALK]"),
    ("GF 001-9001 calling party clear received", f"{IN_TALK}\n > CCL = signal calling_party_clear | [IN_TALK]"),
    ("GF 001-9001 an operator breaks in on a toll call",
     "! setup 1000 operator = IAM digits=1000 | +t2\n > STB = -t2 | +tanswer | progress toll_busy | [OUT_RINGING]\n"
     "! operator = OPR\n > ANC = -tanswer | answer 2 | [OUT_TALK]"),
    ("GF 001-9001 operator signal received", f"{IN_RINGING}\n > OPR = signal operator"),
]  # fmt: skip


@pytest.mark.parametrize("sheet", SHEETS, ids=[f"q724-{title}" for title, _ in SHEETS])
def test_q724_calls(sheet: tuple[str, str]) -> None:
    play(new(), sheet[1])


UNSUCCESSFUL = [(kind, cause) for kind, cause, _ in CAUSES]


def number(kind: MessageType) -> str:
    """Of Q.783 where there is one: group 4, by heading code."""
    return f"q783-4.{kind >> 4}" if kind & 15 == 5 else "gf-9001"


@pytest.mark.parametrize(
    ("kind", "cause"), UNSUCCESSFUL, ids=[f"{number(kind)}.1-{kind.name}" for kind, _ in UNSUCCESSFUL]
)
def test_q783_group_4_unsuccessful_message_received(kind: MessageType, cause: int) -> None:
    play(new(), f"{SETUP}\n > {kind.name} = -t2 | released {cause} peer | CLF | +t6 | +t7 | [OUT_RELEASING]\n"
                "> RLG = -t6 | -t7 | idle | [IDLE]")  # fmt: skip


SENT = [(kind, cause) for kind, _, causes in CAUSES for cause in causes]
SENT += [(MessageType.CFL, 31), (MessageType.CFL, 111)]


@pytest.mark.parametrize(("kind", "cause"), SENT, ids=[f"{number(kind)}.2-{kind.name}-{cause}" for kind, cause in SENT])
def test_q783_group_4_unsuccessful_message_sent(kind: MessageType, cause: int) -> None:
    refused = f"! release {cause} = -tdigits | released {cause} | {kind.name} | +t3 | [IN_REFUSED]"
    play(new(national=False), f"{OFFERED}\n {refused}\n > CLF = -t3 | RLG | idle | [IDLE]")


def test_china_sends_slb_for_ssb_and_cgc_for_nnc() -> None:
    for cause, kind in ((17, "SLB"), (38, "CGC"), (34, "CGC"), (1, "UNN")):
        play(new(), f"{OFFERED}\n ! release {cause} = -tdigits | released {cause} | {kind} | +t3 | [IN_REFUSED]")


def test_behind_address_complete_only_busy_and_failure_are_sent() -> None:
    play(new(), f"{IN_RINGING}\n ! release 1 = released 1 | CFL | +t3 | [IN_REFUSED]")
    play(new(), f"{IN_RINGING}\n ! release 17 = released 17 | SLB | +t3 | [IN_REFUSED]")


def test_a_failure_ends_a_call_in_talk_too() -> None:
    play(new(), f"{TALK}\n > CFL = released 31 peer | CLF | +t6 | +t7 | [OUT_RELEASING]")


def test_q724_2_1_the_controlling_exchange_ignores_the_other_iam() -> None:
    play(new(), f"{SETUP}\n > IAM digits=77 =  [OUT_ADDRESS]\n > ACM = -t2 | +tanswer | acm 0 0", OWN_CIC)


def test_q724_2_2_an_iam_while_rlg_is_awaited() -> None:
    """Accepted where the peer controls the circuit or has answered before: it is idle there; else it crossed ours."""
    released = f"{SETUP}\n ! release 16 = -t2 | released 16 | CLF | +t6 | +t7"
    accepted = "> IAM digits=77 = -t6 | -t7 | idle | +tdigits | setup 77 | [IN_ADDRESS]"
    play(new(), f"{released}\n {accepted}\n > RLG = violation 6.5 | [IN_ADDRESS]")
    play(new(), f"{released}\n > IAM digits=77 =  [OUT_RELEASING]\n > RLG = -t6 | -t7 | idle", OWN_CIC)
    play(new(), f"{TALK}\n ! release 16 = released 16 | CLF | +t6 | +t7\n {accepted}", OWN_CIC)


def test_the_calling_number_on_request_only() -> None:
    play(new(calling_in_iai=False), """
        ! setup 1000 calling = IAM digits=1000 | +t2
        > GRQ calling=1 category=1 = GSM has_category=1 calling=13800138000 | asked
        > GRQ original=1 malicious=1 = GSM malicious=1 | asked malicious""")


def test_whole_digits_make_a_number_complete() -> None:
    play(new(whole_digits=5), """
        > IAM digits=1000 = +tdigits | setup 1000
        > SAO digit=1 = -tdigits | digits 1 complete""")


def test_end_of_pulsing_is_sent_when_asked_for() -> None:
    play(new(send_st=True), "! setup 1000 = IAM digits=1000F | +t2")


def test_unknown_headings_are_counted_and_change_nothing() -> None:
    tup = new()
    play(tup, TALK)
    for heading in range(256):
        if heading not in {int(kind) for kind in MessageType}:
            out = tup.receive(bytes((CIC >> 4, heading, 1, 2)), CIC & 15)
            assert [show(tup, action, CIC) for action in out] == ["violation 6.5"]
    assert tup.state.circuits[CIC].state is Circuits.OUT_TALK
    assert tup.state.violations_count == tup.state.rejects["6.5"] == 256 - len(MessageType)


def test_circuits_that_are_not_equipped() -> None:
    tup = new()
    assert [show(tup, action, 40) for action in give(tup, message("IAM digits=1", 40))] == ["violation 6.5"]
    assert [show(tup, action, 40) for action in tup.release(40, 16)] == ["refused release"]


def in_state(tup: Tup, state: Circuits) -> None:
    play(tup, {Circuits.OUT_TALK: TALK, Circuits.IN_TALK: IN_TALK,
               Circuits.OUT_CLEARED_BACK: f"{TALK}\n > CBK = +treanswer | suspend",
               Circuits.IN_CLEARED_BACK: f"{IN_TALK}\n ! suspend_call = CBK"}[state])  # fmt: skip


@pytest.mark.parametrize("state", sorted(TALKING))
def test_a_call_in_talk_goes_over_to_another_processor(state: Circuits) -> None:
    old, fresh = new(), new()
    in_state(old, state)
    call = old.export_call(CIC)
    assert call is not None
    assert not fresh.adopt_call(OWN_CIC, call), "it belongs to its own circuit"
    assert fresh.adopt_call(CIC, call)
    assert not fresh.adopt_call(CIC, call), "a circuit has one call"
    assert CIC not in fresh.state.free_other
    assert {cic: circuit.state for cic, circuit in fresh.state.circuits.items() if circuit.state} == {CIC: state}
    incoming = state in (Circuits.IN_TALK, Circuits.IN_CLEARED_BACK)
    play(fresh, CLEARED if incoming else "! release 16 = released 16 | CLF | +t6 | +t7")


def test_a_call_that_is_not_in_talk_does_not_go_over() -> None:
    old = new()
    play(old, SETUP)
    assert old.export_call(CIC) is None
    assert not new().adopt_call(CIC, old.state.circuits[CIC])
    assert Circuits.OUT_ADDRESS not in IN_WAITING | TALKING
