"""tshark reads signalling.pcapng of the demo: no malformed frame, and every call a whole Q.931 flow."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from switchsim.assembly.shipped import folder as shipped
from switchsim.cli.main import run_command_line

pytestmark = pytest.mark.peer("tshark", binary="tshark")

CUT_LINE = "e1-1"
MESSAGES = {0x01: "ALERTING", 0x02: "CALL PROCEEDING", 0x05: "SETUP", 0x07: "CONNECT", 0x0F: "CONNECT ACKNOWLEDGE",
            0x45: "DISCONNECT", 0x46: "RESTART", 0x4D: "RELEASE", 0x4E: "RESTART ACKNOWLEDGE", 0x5A: "RELEASE COMPLETE",
            0x75: "STATUS ENQUIRY", 0x7D: "STATUS"}
WHOLE = ["SETUP", "CALL PROCEEDING", "CONNECT", "CONNECT ACKNOWLEDGE", "DISCONNECT", "RELEASE", "RELEASE COMPLETE"]
SPOILT = ("04038090a3", "047f8090a3")  # a bearer capability, and one that is longer than its message

Flow = list[tuple[str, str]]
"""(message, call state that it tells) of one call, or of the global call reference (RESTART), in order."""
Call = tuple[str, str, bool, int]
"""Link, reference, whether the far end chose it, how often it was used before."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's run folder."""
    folder = tmp_path_factory.mktemp("demo") / "run"
    with redirect_stdout(StringIO()) as said:
        code = run_command_line(["run", str(shipped("scenarios") / "smoke" / "busy_minute.yaml"), "--quiet",
                                 "--out", str(folder)])
    assert code in (0, 1), said.getvalue()  # what the checks say of it is judged elsewhere
    return folder


def tshark(capture: Path, *options: str) -> list[list[str]]:
    """What tshark prints, a list of fields a line; it must have nothing to say against the file."""
    done = subprocess.run(["tshark", "-r", str(capture), *options], capture_output=True, text=True, timeout=60)
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("Running as user")]
    assert (done.returncode, complaints) == (0, [])
    return [line.split("\t") for line in done.stdout.splitlines()]


def fields(*names: str) -> tuple[str, ...]:
    return "-T", "fields", *(word for name in names for word in ("-e", name))


def journal(folder: Path, kind: str) -> list[dict[str, str]]:
    lines = map(json.loads, (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1:])
    return [line for line in lines if line["kind"] == kind]


def complaints(capture: Path) -> list[list[str]]:
    return tshark(capture, "-Y", "_ws.malformed || _ws.expert", *fields("frame.number", "_ws.expert.message"))


def flows(capture: Path) -> tuple[dict[Call, Flow], dict[str, list[str]]]:
    """The messages of each call; and those of the global call reference, link by link."""
    rows = tshark(capture, "-Y", "q931.call_ref", *fields(
        "frame.interface_name", "q931.call_ref", "q931.call_ref_flag", "frame.p2p_dir", "q931.message_type",
        "q931.call_state"))
    found: dict[Call, Flow] = {}
    restarts: dict[str, list[str]] = {}
    used: Counter[tuple[str, str, bool]] = Counter()
    for link, reference, to_originator, direction, message, state in rows:
        name = MESSAGES[int(message, 16)]
        if int(reference, 16) == 0:
            restarts.setdefault(link, []).append(name)
            continue
        received = direction == "1"
        call = (link, reference, received != (to_originator not in ("0", "False")))
        used[call] += name == "SETUP"
        found.setdefault((*call, used[call]), []).append((name, state))
    return found, restarts


def test_no_frame_is_malformed_and_no_expert_has_anything_to_say(demo: Path) -> None:
    capture = demo / "signalling.pcapng"
    assert complaints(capture) == []
    frames = tshark(capture, *fields("frame.protocols"))
    assert len(frames) == len(journal(demo, "frame_sent")) + len(journal(demo, "frame_received")) > 500
    assert {row[0] for row in frames} == {"lapd", "lapd:q931"}


def test_a_spoilt_frame_is_noticed(demo: Path, tmp_path: Path) -> None:
    """The judge would have spoken."""
    good, bad = map(bytes.fromhex, SPOILT)
    octets = (demo / "signalling.pcapng").read_bytes()
    assert good in octets
    (tmp_path / "spoilt.pcapng").write_bytes(octets.replace(good, bad, 1))
    assert len(complaints(tmp_path / "spoilt.pcapng")) == 1


def test_every_d_channel_is_an_interface(demo: Path) -> None:
    links = {row["link"] for row in journal(demo, "link_up")}
    rows = tshark(demo / "signalling.pcapng", *fields("frame.interface_id", "frame.interface_name"))
    assert sorted({name for _, name in rows}) == sorted(links) == [f"e1-{n}:16" for n in range(4)]
    assert len({number for number, _ in rows}) == 4


def test_every_call_is_a_whole_flow(demo: Path) -> None:
    """SETUP to RELEASE COMPLETE, but for calls that a fault hit.

    One whose clearing fell into the line cut ends with STATUS ENQUIRY and STATUS with the null state, after which a
    call is gone without a word (Q.931 5.8.11). One in set-up that the switchover lost ends with its channel's RESTART.
    """
    calls, restarts = flows(demo / "signalling.pcapng")
    offered = Counter(row["line"] + ":16" for row in journal(demo, "call_offered") if row["place"].endswith("program"))
    assert Counter(link for link, *_ in calls) == offered
    hit = {call: flow for call, flow in calls.items() if [name for name, _ in flow if name != "ALERTING"] != WHOLE}
    assert len(hit) < len(calls) // 4
    for (link, *_), flow in hit.items():
        names = [name for name, _ in flow]
        assert names[:2] == WHOLE[:2]
        if names[-1] == "STATUS":
            assert (link, names[-2], int(flow[-1][1], 0)) == (f"{CUT_LINE}:16", "STATUS ENQUIRY", 0)
        else:
            assert names[2:] == ["ALERTING"]
            assert restarts[link][:2] == ["RESTART", "RESTART ACKNOWLEDGE"]
            del restarts[link][:2]
    assert not any(restarts.values())
