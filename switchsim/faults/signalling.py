"""Faults of signalling links: which units they meet, what they do to them, and what each parameter may be.

They act at one end of a link, on what it sends or on what reaches it: unit_* between level 2 and the signalling
terminal, where level 2 repairs what it can, message_* between level 3 and level 2, which then knows of nothing.
`switchsim.terminals.breaking` carries them out. By nature most show no alarm: a link heals itself within seconds, and
an alarm takes 30 s. What a fault did is in the journal as unit_tampered, and as what the link makes of it:
signalling_link, violated, changeover.
"""

from __future__ import annotations

from typing import Final

from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.units import ms, seconds


class LinkFault(ParameterFault, frozen=True, kw_only=True):
    """A fault of one end of a link."""


END: Final = Parameter("word", "sent", words=("sent", "received"))
CODE: Final = Parameter("number", "", high=(1 << 24) - 1)
CODE_GIVEN: Final = Parameter("number", None, high=(1 << 24) - 1)
WHICH: Final[dict[str, Parameter]] = {
    "direction": END,
    "unit": Parameter("units", ""),
    "message": Parameter("messages", ""),
    "cic": Parameter("number", "", high=4095),
    "dpc": CODE,
    "opc": CODE,
    "skip": Parameter("number", 0, high=1_000_000),
    "every": Parameter("number", 1, low=1, high=1_000_000),
    "count": Parameter("number", 0, high=1_000_000),
}
"""Which units a rule meets: of those that fit `skip` are spared, then every `every`-th is met, `count` (0: all)."""
WHICH3: Final = {name: parameter for name, parameter in WHICH.items() if name != "unit"}
LATE: Final = {"time": Parameter("cycles", None, low=1, high=seconds(60))}
SET: Final = {
    "field": Parameter("word", None, words=("FIELDS",)),
    "value": CODE,
    "add": Parameter("number", "", low=-(1 << 24), high=1 << 24),
}
BITS: Final = {
    "octet": Parameter("number", None, high=275), "mask": Parameter("number", 0xFF, low=1, high=0xFF),
}  # fmt: skip
OCTET: Final = Parameter("number", None, high=0xFF)
HOW_MANY: Final = {name: WHICH[name] for name in ("direction", "skip", "every", "count")}
STORM: Final = {
    "every": Parameter("cycles", None, low=ms(1), high=seconds(60)),
    "count": Parameter("number", 0, high=1_000_000),
}
LEVEL2: Final[dict[str, int | str]] = {"level3": 0, "stamped": 1, "check": "good"}
LEVEL3: Final[dict[str, int | str]] = {"level3": 1, "stamped": 0, "check": "good"}
SHOWS: Final = ("signalling_link", "violated", "changeover")
LINK, NETWORK, ABOVE, ALL = (2,), (3,), (3, 4), (2, 3, 4)
"""Layers whose rules a fault may break: what acts between level 3 and level 2 is no business of level 2."""
LAYERS: Final = ("mtp2", "mtp3", "isup", "tup")


def _row(name: str, text: str, point: str, parameters: dict[str, Parameter], **more: object) -> LinkFault:
    layers = ABOVE if point.startswith("message_") else ALL
    more = {"layers": layers} | more | {"shows": SHOWS, "parameters": parameters}
    return LinkFault(name, text, "link", point, (), (), **more)  # type: ignore[arg-type]


ROWS: Final = (
    _row("unit_drop", "signal units are lost; of a fill-in unit every repetition", "unit_drop", WHICH),
    _row("unit_duplicate", "signal units come twice", "unit_duplicate", WHICH),
    _row("unit_reorder", "a signal unit changes places with the next one", "unit_swap", WHICH),
    _row("unit_delay", "signal units come late", "unit_delay",
         {**WHICH, **LATE}),
    _row("unit_set", "a field says something else, the check octets are right; value, or what is added to it",
         "unit_set", {**WHICH, **SET}, harms_messages=True),
    _row("unit_corrupt", "bits of an octet turn over before the check octets are made", "unit_corrupt",
         {**WHICH, **BITS}, harms_messages=True),
    _row("unit_bad_fcs", "the check octets are wrong", "unit_bad_fcs", WHICH, sent_only=True),
    _row("unit_abort", "a unit breaks off with more than seven ones", "unit_abort", WHICH, sent_only=True),
    _row("unit_length", "a frame is cut off or filled up to so many octets, check octets among them", "unit_length",
         {**WHICH, "octets": Parameter("number", None, low=1, high=300)}, sent_only=True),
    _row("wrong_length_indicator", "units lie about their length", "unit_set",
         {**WHICH, "value": Parameter("number", None, high=63)}, fixed={"field": "li"}),
    _row("message_drop", "messages are lost between level 3 and level 2", "message_drop", WHICH3, harms_messages=True),
    _row("message_duplicate", "messages come twice", "message_duplicate", WHICH3, harms_messages=True),
    _row("message_reorder", "a message changes places with the next one", "message_swap", WHICH3, harms_messages=True),
    _row("message_delay", "messages come late", "message_delay", {**WHICH3, **LATE}, harms_messages=True),
    _row("message_set", "a field of messages says something else", "message_set", {**WHICH3, **SET},
         harms_messages=True),
    _row("message_corrupt", "bits of an octet of messages turn over; octet 0 is the SIO", "message_corrupt",
         {**WHICH3, **BITS}, harms_messages=True),
    _row("sltm_loss", "the link test gets no answer: SLTM are lost", "message_drop", HOW_MANY,
         fixed={"message": "SLTM"}),
    _row("coo_loss", "changeover orders are lost", "message_drop", HOW_MANY, fixed={"message": "COO XCO ECO"},
         harms_messages=True, layers=NETWORK),
    _row("coa_loss", "changeover acknowledgements are lost", "message_drop", HOW_MANY,
         fixed={"message": "COA XCA ECA"}, harms_messages=True, layers=NETWORK),
    _row("coo_wrong_fsn", "changeover orders and acknowledgements name another FSN", "message_set",
         {**HOW_MANY, "add": Parameter("number", None, low=-127, high=127)},
         fixed={"message": "COO COA", "field": "changeover_fsn"}, harms_messages=True, layers=NETWORK),
    _row("wrong_point_code", "messages go to another point code", "message_set",
         {**WHICH3, "value": CODE_GIVEN}, fixed={"field": "dpc"}, harms_messages=True),
    _row("bad_pointer", "the first pointer of ISUP messages leads elsewhere", "message_set",
         {**WHICH3, "value": OCTET}, fixed={"field": "pointer"}, harms_messages=True),
    _row("bad_parameter_length", "the first variable parameter of ISUP messages has another length", "message_set",
         {**WHICH3, "value": OCTET}, fixed={"field": "length"}, harms_messages=True),
    _row("lssu_storm", "a status is sent again and again", "unit_storm",
         {**STORM, "status": Parameter("word", None, words=("sio", "sin", "sie", "sios", "sipo", "sib"))},
         fixed=LEVEL2, harms_messages=True, layers=LINK),
    _row("bad_unit_storm", "fill-in units with wrong check octets, or broken off", "unit_storm",
         {**STORM, "check": Parameter("word", "bad", words=("bad", "abort"))}, fixed={"level3": 0, "stamped": 1}),
    _row("unit_storm", "one unit is sent again and again; octets from the BSN on as they are, with level3 1 from the "
         "SIO on in sequence", "unit_storm", {**STORM, "octets": Parameter("octets", None, low=3, high=276),
                                          "level3": Parameter("number", 0, high=1)},
         fixed={"stamped": 0, "check": "good"}, harms_messages=True),
    _row("tfp_flood", "transfer-prohibited messages about a point", "unit_storm",
         {**STORM, "point": CODE_GIVEN},
         fixed=LEVEL3),
    _row("rel_storm", "ISUP releases of circuits from `cic` on, one after the other", "unit_storm",
         {**STORM, "cic": Parameter("number", None, high=4095), "circuits": Parameter("number", 1, low=1, high=4096),
          "cause": Parameter("number", 16, low=1, high=127)}, fixed=LEVEL3),
    _row("bsn_frozen", "nothing is acknowledged any more: the other end's T7 starves", "bsn_frozen", {}),
    _row("receiver_busy", "level 2 of this end takes no more for now: SIB every T5, no acknowledgement; T6 of the "
         "other end ends what lasts", "receiver_busy", {}, layers=LINK),
    _row("processor_outage", "level 3 of this end cannot be reached: SIPO", "processor_outage", {}),
    _row("link_cut", "the timeslot carries one octet and nothing else; the line's other timeslots stay", "link_cut",
         {"direction": Parameter("word", "both", words=("sent", "received", "both")),
          "octet": Parameter("number", 0xFF, high=0xFF)}),
    _row("timer_skew", "a timer runs a percentage of its time, from its next start; above MTP2 the whole point's, in "
         "the machine one processor's", "timer_skew",
         {"layer": Parameter("word", None, words=LAYERS), "timer": Parameter("timer", None),
          "percent": Parameter("number", None, low=1, high=10_000),
          "processor": Parameter("word", "a", words=("a", "b"))}, harms_messages=True),
)  # fmt: skip

LINK_FAULTS: Final[dict[str, LinkFault]] = {row.name: row for row in ROWS}
