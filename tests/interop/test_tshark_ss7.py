"""tshark reads what we write of SS7: every ISUP message, management messages, every unit; fields as they were sent.

It knows no TUP, and none of the Chinese national ISUP messages. Its circuit assignment map takes five octets from the
second one on (Q.763 3.69 has three or four), so that parameter is left out here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from scapy.packet import Packet
from tshark_bench import CHINA, capture, complaints, fields, tshark

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.causes import CauseValue
from switchsim.proto.isup.codec import Message, encode
from switchsim.proto.isup.messages import LAYOUTS, MessageType
from switchsim.proto.isup.parameters import PARAMETERS, Parameter
from switchsim.proto.isup.values_numbers import Number
from switchsim.proto.mtp3.codec import Kind
from switchsim.report.pcapng import RECEIVED, SENT, Tap, write_taps
from switchsim.scapy_layers import COT, IAM, ISUP, LSSU, MTP2, MTP3, REL, MTP2China, MTP3China
from switchsim.scapy_layers.mtp3 import MANAGEMENT

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from isup_rows import ALL

pytestmark = pytest.mark.peer("tshark", binary="tshark")

STANDARDS: dict[str, tuple[Any, Any, tuple[str, ...], int, int]] = {
    "itu": (MTP2, MTP3, (), 0x0123, 0x3FFE),
    "china": (MTP2China, MTP3China, CHINA, 0x010203, 0xFEDCBA),
}
NATIONAL = {"CCL", "MPM", "OPR"}
MESSAGES = [one for name, one in ALL if name not in NATIONAL and p.CIRCUIT_ASSIGNMENT_MAP.code not in
            [code for code, _ in one.parameters]]  # fmt: skip


def unit(standard: str, payload: Packet | bytes, sls: int = 0, si: int = 5) -> bytes:
    """An MSU of one standard around a packet or the octets behind the label."""
    level2, level3, _, opc, dpc = STANDARDS[standard]
    label = level3(opc=opc, dpc=dpc, sls=sls, si=si)
    if isinstance(payload, bytes):
        return bytes(level2(bsn=1, fsn=2) / (bytes(label) + payload))
    return bytes(level2(bsn=1, fsn=2) / label / payload)


def sent_value(message: Message, row: Parameter[Any]) -> Any:
    value = message.value(row)
    return value.digits if isinstance(value, Number) else value


FIELDS: dict[str, tuple[Parameter[Any], str]] = {
    "isup.called": (p.CALLED_PARTY_NUMBER, ""),
    "isup.calling": (p.CALLING_PARTY_NUMBER, ""),
    "isup.connected_number": (p.CONNECTED_NUMBER, ""),
    "isup.redirecting": (p.REDIRECTING_NUMBER, ""),
    "isup.redirection_number": (p.REDIRECTION_NUMBER, ""),
    "isup.original_called_number": (p.ORIGINAL_CALLED_NUMBER, ""),
    "isup.location_number": (p.LOCATION_NUMBER, ""),
    "isup.generic_number": (p.GENERIC_NUMBER, ""),
    "isup.calling_partys_category": (p.CALLING_CATEGORY, ""),
    "isup.transmission_medium_requirement": (p.TRANSMISSION_MEDIUM, ""),
    "isup.hop_counter": (p.HOP_COUNTER, ""),
    "isup.propagation_delay_counter": (p.PROPAGATION_DELAY, ""),
    "isup.automatic_congestion_level": (p.CONGESTION_LEVEL, ""),
    "isup.satellite_indicator": (p.NATURE_OF_CONNECTION, "satellite"),
    "isup.continuity_check_indicator": (p.NATURE_OF_CONNECTION, "continuity"),
    "isup.forw_call_isdn_user_part_indicator": (p.FORWARD_CALL, "isup_all_the_way"),
    "isup.forw_call_preferences_indicator": (p.FORWARD_CALL, "isup_preference"),
    "isup.forw_call_isdn_access_indicator": (p.FORWARD_CALL, "isdn_access"),
    "isup.charge_indicator": (p.BACKWARD_CALL, "charge"),
    "isup.called_partys_status_indicator": (p.BACKWARD_CALL, "called_status"),
    "isup.called_partys_category_indicator": (p.BACKWARD_CALL, "called_category"),
    "isup.backw_call_isdn_access_indicator": (p.BACKWARD_CALL, "isdn_access"),
    "isup.cause_indicator": (p.CAUSE, "value"),
    "q931.cause_location": (p.CAUSE, "location"),
    "isup.event_ind": (p.EVENT, "event"),
    "isup.suspend_resume_indicator": (p.SUSPEND_RESUME, "by_network"),
    "isup.continuity_indicator": (p.CONTINUITY, "successful"),
    "isup.cgs_message_type": (p.GROUP_KIND, "kind"),
    "isup.calling_party_address_request_indicator": (p.INFORMATION_REQUEST, "calling_address"),
}
"""What tshark calls a field, the parameter it is of, and the field of its value."""


def as_tshark_says(value: Any) -> str:
    return value if isinstance(value, str) else str(int(value))


def told_value(text: str) -> str:
    """Numbers in decimal; digits as they stand; truth as 0 and 1."""
    text = {"True": "1", "False": "0"}.get(text, text)
    return str(int(text, 16)) if text.startswith("0x") else text


@pytest.fixture(scope="module", params=sorted(STANDARDS))
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A capture with every message of the codec, in one standard."""
    units = [unit(request.param, encode(message), message.cic & 15) for message in MESSAGES]
    return request.param, capture(tmp_path_factory.mktemp(request.param) / "isup.pcapng", units)


def test_no_message_is_malformed(judged: tuple[str, Path]) -> None:
    standard, file = judged
    assert {MessageType(message.type).name for message in MESSAGES} == {
        layout.name for layout in LAYOUTS.values()} - NATIONAL  # fmt: skip
    found = complaints(file, *STANDARDS[standard][2])
    assert [(MessageType(MESSAGES[number - 1].type).name, words) for number, words in found] == []


def test_labels_circuits_types_and_parameters_are_as_sent(judged: tuple[str, Path]) -> None:
    standard, file = judged
    _, _, options, opc, dpc = STANDARDS[standard]
    names = ("mtp3.opc", "mtp3.dpc", "mtp3.chinese_opc", "mtp3.chinese_dpc", "mtp3.sls", "isup.cic",
             "isup.message_type", "isup.parameter_type", "mtp2.li", "mtp2.bsn", "mtp2.fsn", "mtp3.network_indicator")
    for message, told in zip(MESSAGES, fields(file, names, *options), strict=True):
        assert [int(told[name][0], 0) for name in ("mtp2.bsn", "mtp2.fsn", "mtp3.network_indicator")] == [1, 2, 2]
        if standard == "itu":
            assert (int(told["mtp3.opc"][0], 0), int(told["mtp3.dpc"][0], 0)) == (opc, dpc)
        else:
            assert (told["mtp3.chinese_opc"][0], told["mtp3.chinese_dpc"][0]) == ("1-2-3", "254-220-186")
        assert int(told["mtp3.sls"][0], 0) == message.cic & 15
        assert (int(told["isup.cic"][0], 0), int(told["isup.message_type"][0], 0)) == (message.cic, message.type)
        if message.type != MessageType.SDM:  # "format is a national matter"
            codes = [int(code, 0) for code in told.get("isup.parameter_type", [])]
            assert [code for code in codes if code] == [code for code, _ in message.parameters]


def test_fields_are_as_sent(judged: tuple[str, Path]) -> None:
    standard, file = judged
    seen = dict.fromkeys(FIELDS, 0)
    for message, told in zip(MESSAGES, fields(file, FIELDS, *STANDARDS[standard][2]), strict=True):
        for name, (row, part) in FIELDS.items():
            sent = sent_value(message, row)
            if sent is None or name not in told:
                assert sent is None, f"{name} of {MessageType(message.type).name} was sent, and not read"
                assert name not in told, f"{name} of {MessageType(message.type).name} was read, and not sent"
                continue
            assert told_value(told[name][0]) == as_tshark_says(getattr(sent, part) if part else sent), name
            seen[name] += 1
    assert all(seen.values()), seen


def test_ranges_and_circuit_states_are_as_sent(judged: tuple[str, Path]) -> None:
    """A range r is shown as r+1 circuits."""
    standard, file = judged
    options = STANDARDS[standard][2]
    names = ("isup.range_indicator", "isup.call_processing_state")
    status = status_octets(file, *options)
    for number, (message, told) in enumerate(zip(MESSAGES, fields(file, names, *options), strict=True)):
        sent, states = message.value(p.RANGE_AND_STATUS), message.value(p.CIRCUIT_STATE)
        if sent is not None:
            assert int(told["isup.range_indicator"][0]) == sent.range + 1
            assert status[number] == sent.status
        if states is not None:
            shown = [one.processing for one in states if one.processing]  # else it tells of equipment alone
            assert [int(text, 0) for text in told["isup.call_processing_state"]] == shown


def status_octets(file: Path, *options: str) -> list[bytes]:
    """The status subfield of each frame, which has no name to ask by."""
    packets = ElementTree.fromstring(tshark(file, "-T", "pdml", *options)).iter("packet")
    found = [packet.find(".//field[@show='Status subfield']") for packet in packets]
    return [b"" if one is None else bytes.fromhex(one.get("value") or "") for one in found]


# -- made with scapy ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", sorted(STANDARDS))
def test_scapy_rebuilds_and_edits_what_tshark_reads(standard: str, tmp_path: Path) -> None:
    level2, _, options, _, _ = STANDARDS[standard]
    units = []
    for message in MESSAGES:
        packet = level2(unit(standard, encode(message), message.cic & 15))
        packet[ISUP].cic = 77
        packet[level2].fsn = 99
        units.append(bytes(packet))
    told = fields(capture(tmp_path / "edited.pcapng", units), ("isup.cic", "mtp2.fsn"), *options)
    assert {(one["isup.cic"][0], one["mtp2.fsn"][0]) for one in told} == {("77", "99")}
    assert complaints(tmp_path / "edited.pcapng", *options) == []


@pytest.mark.parametrize("standard", sorted(STANDARDS))
def test_messages_made_of_keywords(standard: str, tmp_path: Path) -> None:
    options = STANDARDS[standard][2]
    units = [unit(standard, ISUP(cic=5) / IAM(called_party_number="10000F", calling_party_number="13800138000")),
             unit(standard, ISUP(cic=6) / REL(cause_indicators=17)), unit(standard, ISUP(cic=7) / COT())]  # fmt: skip
    file = capture(tmp_path / "made.pcapng", units)
    assert complaints(file, *options) == []
    iam, rel, cot = fields(file, ("isup.called", "isup.calling", "isup.cause_indicator", "isup.cic"), *options)
    assert (iam["isup.called"], iam["isup.calling"]) == (["10000F"], ["13800138000"])
    assert (rel["isup.cause_indicator"], cot["isup.cic"]) == (["17"], ["7"])


def test_fill_in_and_status_units(tmp_path: Path) -> None:
    units = [bytes(MTP2(bsn=5, bib=0, fsn=9, fib=1)), *(bytes(MTP2() / LSSU(status=code)) for code in range(6))]
    units.append(bytes(MTP2() / LSSU(status=1)) + b"\0")
    file = capture(tmp_path / "units.pcapng", [*units[:-1], units[-1][:2] + b"\2" + units[-1][3:]])
    assert complaints(file) == []
    fisu, *status = fields(file, ("mtp2.bsn", "mtp2.bib", "mtp2.fsn", "mtp2.fib", "mtp2.li", "mtp2.sf"))
    assert [int(fisu[name][0], 0) for name in ("mtp2.bsn", "mtp2.bib", "mtp2.fsn", "mtp2.fib", "mtp2.li")] == [
        5, 0, 9, 1, 0]  # fmt: skip
    assert [int(one["mtp2.sf"][0], 0) for one in status] == [0, 1, 2, 3, 4, 5, 1]


UNKNOWN_TO_TSHARK = {Kind.XCO, Kind.XCA}


@pytest.mark.parametrize("standard", sorted(STANDARDS))
def test_management_messages(standard: str, tmp_path: Path) -> None:
    kinds = [kind for kind in Kind if kind not in UNKNOWN_TO_TSHARK]
    units = [unit(standard, MANAGEMENT[kind](), 3, kind >> 8) for kind in kinds]
    file, options = capture(tmp_path / "management.pcapng", units), STANDARDS[standard][2]
    assert [(kinds[number - 1].name, words) for number, words in complaints(file, *options)] == []
    names = ("mtp3mg.h0", "mtp3mg.h1", "mtp3mg.test.h0", "mtp3mg.test.h1")
    for kind, told in zip(kinds, fields(file, names, *options), strict=True):
        h0, h1 = (int(told[name if name in told else name.replace("mg.", "mg.test.")][0], 0) for name in names[:2])
        assert (h0, h1) == (kind & 15, kind >> 4 & 15)


# -- the tables --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known() -> dict[str, dict[int, str]]:
    """What tshark calls the values of two fields; what it has no name for is missing."""
    told = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=True, timeout=60).stdout
    found: dict[str, dict[int, str]] = {"isup.parameter_type": {}, "isup.cause_indicator": {}}
    for line in told.splitlines():
        sort, field, value, name = (*line.split("\t"), "", "", "")[:4]
        if sort == "V" and field in found and name not in ("Not used", "Unassigned"):
            found[field].setdefault(int(value, 0), name)
    return found


def as_we_name_it(name: str) -> str:
    return re.sub(r"[^a-z]+", "_", re.sub(r"\(.*\)|'", "", name.lower()).strip())


def test_parameters_have_the_same_names(known: dict[str, dict[int, str]]) -> None:
    """tshark has none of the parameters 7A..8D hex, and names two others like their neighbours."""
    theirs = {code: as_we_name_it(name) for code, name in known["isup.parameter_type"].items() if code}
    ours = {code: row.name for code, row in PARAMETERS.items() if not 0x7A <= code <= 0x8D}
    del ours[p.CHARGE_INFORMATION.code]
    different = {code: (name, theirs.get(code)) for code, name in ours.items() if theirs.get(code) != name}
    assert different == {
        p.CONTINUITY.code: ("continuity_indicators", "continuity_request"),
        p.OPTIONAL_BACKWARD_CALL.code: ("optional_backward_call_indicators", "backward_call_indicators"),
    }


def test_cause_values_have_a_name(known: dict[str, dict[int, str]]) -> None:
    """All that tshark knows but 0 (none yet), 24, 33 and 56, which Q.850 (1998) does not have."""
    assert set(known["isup.cause_indicator"]) - {0, 24, 33, 56} == {int(cause) for cause in CauseValue}


# -- the judge speaks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [
    ISUP() / IAM(called_party_number="10000", called_party_number_pointer=200),
    ISUP() / IAM(called_party_number="10000", called_party_number_length=40),
    ISUP() / IAM(called_party_number="10000", calling_party_number="1", optional_pointer=30),
    ISUP() / REL(raw=b"\2"),
], ids=["pointer", "length", "optional part", "short"])  # fmt: skip
def test_spoilt_messages_are_noticed(wrong: Packet, tmp_path: Path) -> None:
    file = capture(tmp_path / "spoilt.pcapng", [unit("itu", wrong)])
    assert complaints(file)


# -- the file ----------------------------------------------------------------------------------------------------------


def test_every_link_is_an_interface_with_its_name(tmp_path: Path) -> None:
    fisu = bytes(MTP2())
    taps = [Tap(8, "e1-0:16", fisu, SENT), Tap(16, "e1-1:16", fisu, RECEIVED, place="frame/1/slot/2"),
            Tap(8_000_000_000, "e1-0:16", fisu, RECEIVED)]  # fmt: skip
    assert write_taps(tmp_path / "two.pcapng", taps) == 3
    names = ("frame.interface_name", "frame.packet_flags_direction", "frame.time_epoch", "frame.protocols",
             "frame.interface_description")
    told = fields(tmp_path / "two.pcapng", names)
    assert [one["frame.interface_name"][0] for one in told] == ["e1-0:16", "e1-1:16", "e1-0:16"]
    assert [int(one["frame.packet_flags_direction"][0], 0) for one in told] == [2, 1, 1]
    assert [round(float(one["frame.time_epoch"][0]) * 8000) for one in told] == [8, 16, 8_000_000_000]
    assert {one["frame.protocols"][0] for one in told} == {"mtp2"}
    assert told[1]["frame.interface_description"] == ["frame/1/slot/2"]
