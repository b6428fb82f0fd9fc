"""tshark reads signalling.pcapng of runs on each shipped No.7 machine, with and without faults.

TUP, which it does not know, has a decoder of its own. Frame by frame tshark is held against the
journal, and the journal's frames against the messages that the user parts sent.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import tup_decoder
from tshark_bench import CHINA, complaints, fields

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "machine"))

from whole_runs_ss7 import FAULTED, scenario

from switchsim.cli.main import run_command_line
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.codec import Message, decode
from switchsim.proto.mtp3.label import LABEL_OCTETS, Variant
from switchsim.proto.mtp3.label import decode as decode_label

pytestmark = pytest.mark.peer("tshark", binary="tshark")

MTP2_ENCAPSULATION = "42"
"""tshark's number of link type 140."""
ISUP, TUP = 5, 4
ISUP_FIELDS: dict[str, p.Parameter[Any]] = {
    "isup.called": p.CALLED_PARTY_NUMBER, "isup.calling": p.CALLING_PARTY_NUMBER, "isup.cause_indicator": p.CAUSE,
}  # fmt: skip
FIELDS = ("frame.interface_name", "frame.packet_flags_direction", "frame.encap_type", "frame.protocols", "mtp2.fsn",
          "mtp3.service_indicator", "isup.cic", "isup.message_type", *ISUP_FIELDS)  # fmt: skip

SOUND = """
format: 1
machine: {machine}
seed: 5
seconds: {seconds}
load: [{{name: rush, shape: constant, rate: {rate}, numbers: ["{number}"], start: 700ms, stop: {stop}}}]
"""
RUNS = {
    "one_e1_ss7": SOUND.format(machine="one_e1_ss7", seconds=6, rate="3/s", number="10000", stop="2s"),
    "two_links_ss7": SOUND.format(machine="two_links_ss7", seconds=6, rate="10/s", number="10000", stop="2s"),
    "b_type_ss7": SOUND.format(machine="b_type_ss7", seconds=5, rate="100/s", number="10062", stop="1200ms"),
    **{f"{machine}, faulted": scenario(machine) for machine in FAULTED},
}
"""Name -> the scenario; TUP and 24-bit labels are those of china_ss7."""


@dataclass
class Judged:
    """A run: what the journal has of units and messages, and where the capture is."""

    folder: Path
    options: tuple[str, ...]
    variant: Variant
    units: list[dict[str, Any]]
    sent: list[dict[str, Any]]

    @property
    def capture(self) -> Path:
        return self.folder / "signalling.pcapng"

    def user_data(self, service: int) -> list[bytes]:
        """What is behind the label in the units of one user part, in the order of the journal."""
        whole = [bytes.fromhex(unit["octets"]) for unit in self.units]
        return [one[4 + LABEL_OCTETS[self.variant] :] for one in whole if len(one) > 5 and one[3] & 15 == service]


@pytest.fixture(scope="module", params=RUNS)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judged")
    (folder / "judged.yaml").write_text(RUNS[request.param], encoding="utf-8")
    with redirect_stdout(StringIO()) as said:
        code = run_command_line(["run", str(folder / "judged.yaml"), "--quiet", "--out", str(folder / "run")])
    assert code in (0, 1), said.getvalue()  # what the checks say of it is judged elsewhere
    rows = [json.loads(line) for line in (folder / "run" / "journal.jsonl").read_text().splitlines()[1:]]
    china = request.param.startswith("china")
    return Judged(folder / "run", CHINA if china else (), Variant.CHINA24 if china else Variant.ITU14,
                  [row for row in rows if row["kind"] in ("unit_sent", "unit_received")],
                  [row for row in rows if row["kind"] == "message_sent"])  # fmt: skip


def as_sent(data: bytes) -> dict[str, list[str]]:
    """What the codec says of an ISUP message, in tshark's words."""
    message = decode(data)
    assert isinstance(message, Message)
    told = {"isup.cic": [str(message.cic)], "isup.message_type": [str(message.type)]}
    for name, row in ISUP_FIELDS.items():
        value = message.value(row)
        if value is not None:
            told[name] = [str(value.value) if row is p.CAUSE else value.digits]
    return told


def decimal(values: list[str]) -> list[str]:
    return [str(int(text, 16)) if text.startswith("0x") else text for text in values]


def test_no_frame_is_malformed_and_every_field_is_as_it_was_sent(judged: Judged) -> None:
    assert complaints(judged.capture, *judged.options) == []
    frames = fields(judged.capture, FIELDS, *judged.options)
    assert len(frames) == len(judged.units) > 50
    for frame, unit in zip(frames, judged.units, strict=True):
        octets = bytes.fromhex(unit["octets"])
        assert frame["frame.interface_name"] == [unit["link"]]
        assert frame["frame.encap_type"] == [MTP2_ENCAPSULATION]
        assert int(frame["frame.packet_flags_direction"][0], 0) == (2 if unit["kind"] == "unit_sent" else 1)
        assert [int(text, 0) for text in frame["mtp2.fsn"]] == [octets[1] & 127]
        told = {name: decimal(frame[name]) for name in FIELDS if name.startswith("isup.") and name in frame}
        isup = len(octets) > 5 and octets[3] & 15 == ISUP
        assert told == (as_sent(octets[4 + LABEL_OCTETS[judged.variant] :]) if isup else {})


def test_what_the_user_parts_sent_is_on_the_line_and_nothing_else(judged: Judged) -> None:
    """By octets; the far end's messages too. What a link lost is sent again, so each is counted once."""
    for service in (ISUP, TUP):
        sent = {bytes.fromhex(row["octets"]) for row in judged.sent if row["service"] == service}
        assert set(judged.user_data(service)) == sent
    assert len(judged.sent) > 15


def test_every_link_has_its_interface(judged: Judged) -> None:
    names = {(row["frame.interface_name"][0]) for row in fields(judged.capture, ("frame.interface_name",))}
    assert names == {unit["link"] for unit in judged.units}


def test_tup_is_read_by_a_decoder_of_its_own(judged: Judged) -> None:
    """Of 24-bit labels: CIC, circuit and contents of each message."""
    seen: dict[int, list[str]] = {}
    for unit in judged.units:
        octets = bytes.fromhex(unit["octets"])
        if len(octets) < 6 or octets[3] & 15 != TUP:
            continue
        dpc, opc, cic, rest = tup_decoder.label24(octets[4:])
        label = decode_label(octets[4:], judged.variant)
        assert label is not None
        assert (dpc, opc) == (label.dpc, label.opc)
        name, contents = tup_decoder.contents(rest, 24)
        seen.setdefault(cic, []).append(name)
        if name in ("IAM", "IAI"):
            assert contents["digits"] == "10000"
    assert bool(seen) == (judged.variant is Variant.CHINA24)
    for cic, names in seen.items():
        assert 32 < cic < 64
        assert names[0] in ("IAM", "IAI", "RSC", "GRS"), f"circuit {cic}: {names}"


def test_a_spoilt_message_is_noticed(judged: Judged, tmp_path: Path) -> None:
    """The judge would have spoken: the pointer to the called number of one IAM leads out of the message."""
    octets = judged.capture.read_bytes()
    iam = next((data for data in judged.user_data(ISUP) if data[2] == 1), None)
    assert iam is not None
    bad = iam[:8] + b"\xf0" + iam[9:]
    (tmp_path / "spoilt.pcapng").write_bytes(octets.replace(iam, bad, 1))
    assert complaints(tmp_path / "spoilt.pcapng", *judged.options)
