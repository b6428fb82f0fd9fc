"""`ccs.ini`, `ccsuser.dat`, `icd.ini` of the shared folder ICDCONFIG: what is read, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from ccs_toys import CCS, FILES, ICD, USERS, Platform
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.callcentre.ccs.configuration import CallQueue, CcsFiles, Configuration, read
from switchsim.callcentre.ccs.ini import Damaged, read_ini
from switchsim.callcentre.ccs.users import MOST_AGENTS, Agent
from switchsim.model.events import InputRefused, ProcessState
from switchsim.units import seconds


def good(files: CcsFiles = FILES, old: bool = False) -> Configuration:
    found = read(files, "ccs/a", "ccs/b", old)
    assert isinstance(found, Configuration), found
    return found


def test_what_the_files_of_icdconfig_say() -> None:
    found = good()
    assert (found.version, found.node, found.other_node, found.most_signed_in) == ("7", 1, 2, 10_000)
    assert found.queues["118"] == CallQueue("118", "most_skills_first")
    assert found.queues["116"] == CallQueue("116", overflow_after=seconds(10), overflow_to="queue:118")
    assert (found.access["10061"], found.translate, found.callers) == ("queue:116", {"180": "10060"}, {"138": 5})
    assert found.agents["1004"] == Agent("1004", "Ma", "agent", "blue", {"11": 1, "118": 1}, "804")
    assert found.agents["1005"].skills == {"118": 2}
    assert found.seats == {"801": "1001", "802": "1002", "803": "1003", "804": "1004"}


def test_an_agent_needs_skill_queue_role_and_team() -> None:
    assert [agent.agent for agent in good().agents.values() if not agent.complete] == ["1006"]
    for line in (b"7|a|agent|red||", b"7|a||red|118|", b"7|a|agent||118|"):
        assert not good(msgspec.structs.replace(FILES, users=line)).agents["7"].complete


def test_keys_of_ccs_are_those_of_queues_that_do_not_say_so_themselves() -> None:
    ini = b"[ccs]\nversion=1\nstrategy = most_skills_first\nring = 12s\n[queue a]\n[queue b]\nring=1s\nsize = 3"
    queues = good(msgspec.structs.replace(FILES, ccs=ini)).queues
    assert queues["a"] == CallQueue("a", "most_skills_first", seconds(12))
    assert queues["b"] == CallQueue("b", "most_skills_first", seconds(1), size=3)


def test_the_files_of_the_manual_are_good() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "ccs.md").read_text(encoding="utf-8")
    icd, ccs = re.findall(r"```ini\n(.*?)```", text, re.DOTALL)
    (users,) = re.findall(r"```\n(# ccsuser.*?)```", text, re.DOTALL)
    found = good(CcsFiles(icd.encode(), ccs.encode(), users.encode()))
    assert (found.version, list(found.queues), list(found.agents)) == ("3", ["sales", "service"], ["5001"])


@pytest.mark.parametrize(("text", "expected"), [
    (b"[a]\nb = c", {"a": {"b": "c"}}),
    (b"\xef\xbb\xbf[ a  b ]\r\n; x\r\n# y\r\n\r\nk=  v = w \r\n[c]\r\n", {"a b": {"k": "v = w"}, "c": {}}),
    ("[坐席]\n键 = 值".encode(), {"坐席": {"键": "值"}}),
    (b"[a] ; one\nb = c;d ; two\n ; three", {"a": {"b": "c;d"}}),
])  # fmt: skip
def test_sections_and_keys(text: bytes, expected: dict[str, dict[str, str]]) -> None:
    assert read_ini(text, "x.ini") == expected


DAMAGE = [
    ("ccs", b"", "ccs.ini: not there, or empty"),
    ("ccs", b"[ccs]\nversion = \xff", "ccs.ini line 2: no UTF-8 text"),
    ("ccs", b"version = 1", "ccs.ini line 1: 'version = 1' stands before the first [section]"),
    ("ccs", b"[ccs\nversion = 1", "ccs.ini line 1: '[ccs' is no [section]"),
    ("ccs", b"[ccs]\nversion = 1\n[ccs]", "ccs.ini line 3: [ccs] stands twice"),
    ("ccs", b"[ccs]\nversion = 1\nversion = 2", "ccs.ini line 3: 'version' stands twice"),
    ("ccs", b"[ccs]\nversion", "ccs.ini line 2: 'version' is no key = value"),
    ("ccs", b"[ccs]\nversion = \x00", "ccs.ini line 2: a control character"),
    ("ccs", b"[ccs]\nversion = " + b"1" * 600, "ccs.ini line 2: 610 characters; at most 500"),
    ("ccs", b"[ccs]\n", "ccs.ini [ccs] version: is missing"),
    ("ccs", b"[ccs]\nversion = 1\nspeed = 9", "ccs.ini [ccs]: no key 'speed'"),
    ("ccs", b"[ccs]\nversion = 1\n[queues]", "ccs.ini [queues]: no such section"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a b]", "ccs.ini [queue a b]: 'a b' is no name"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a]\nring = soon", "ccs.ini [queue a] ring: 'soon' is no duration"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a]\nring = 99h", "ccs.ini [queue a] ring: '99h'; at most a day"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a]\nsize = -1", "ccs.ini [queue a] size: '-1'; expected 0..99999"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a]\nstrategy = x", "strategy: 'x'; expected longest_idle or most_skills"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a]\noverflow_to = b", "overflow_to: 'b' is no target"),
    ("ccs", b"[ccs]\nversion = 1\n[queue a]\noverflow_to = queue:b", "ccs.ini [queue a]: no call queue 'b'"),
    ("ccs", b"[ccs]\nversion = 1\n[access]\n1 = queue:b", "ccs.ini [access] 1: no call queue 'b'"),
    ("ccs", b"[ccs]\nversion = 1\n[access]\nx = asked", "ccs.ini [access]: 'x' is no number"),
    ("ccs", b"[ccs]\nversion = 1\n[callers]\n1 = 10", "ccs.ini [callers] 1: '10'; expected 0..9"),
    ("icd", b"[icd]\nagents = 10001", "icd.ini [nodes] ccs/a: ''; expected 1..254"),
    ("icd", b"[icd]\nagents = 10001\n[nodes]\nccs/a=1\nccs/b=2", "icd.ini [icd] agents: '10001'; expected 1..10000"),
    ("icd", b"[nodes]\nccs/a = 1\nccs/b = 1", "icd.ini [nodes]: ccs/a and ccs/b have one number"),
    ("icd", b"[vp]\n", "icd.ini [vp]: no such section"),
    ("users", b"", "ccsuser.dat: not there, or empty"),
    ("users", b"1|a|b|c|118", "ccsuser.dat line 1: 5 fields"),
    ("users", b"1 2|a|b|c|118|", "ccsuser.dat line 1: '1 2' is no agent's number"),
    ("users", b"1|a|b|c|118:0|", "ccsuser.dat line 1: '118:0' is no skill"),
    ("users", b"1|a|b|c|118,118|", "ccsuser.dat line 1: skill 118 stands twice"),
    ("users", b"1|a|b|c|118|\n1|a|b|c|118|", "ccsuser.dat line 2: agent 1 stands twice"),
    ("users", b"1|a|b|c|118|9\n2|a|b|c|118|9", "ccsuser.dat line 2: seat 9 is that of agent 1 already"),
]


@pytest.mark.parametrize(("file", "octets", "why"), DAMAGE, ids=[why[:50] for _, _, why in DAMAGE])
def test_a_damaged_file_is_named_with_its_line(file: str, octets: bytes, why: str) -> None:
    found = read(msgspec.structs.replace(FILES, **{file: octets}), "ccs/a", "ccs/b")
    assert isinstance(found, str)
    assert why in found


def test_a_file_beyond_its_size_is_refused_unread() -> None:
    with pytest.raises(Damaged, match="at most 1000000"):
        read_ini(b"[a]\n" + b"b" * 1_000_000, "ccs.ini")


def test_at_most_ten_thousand_agents() -> None:
    lines = [f"{number}|n|agent|team|118|" for number in range(MOST_AGENTS + 1)]
    assert len(good(msgspec.structs.replace(FILES, users="\n".join(lines[:-1]).encode())).agents) == MOST_AGENTS
    found = read(msgspec.structs.replace(FILES, users="\n".join(lines).encode()), "ccs/a", "ccs/b")
    assert found == "ccsuser.dat line 10001: more than 10000 agents"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["icd", "ccs", "users"]), st.data())
def test_no_octets_bring_it_down(file: str, data: st.DataObject) -> None:
    """Any octets, and good files with a piece replaced."""
    whole = {"icd": ICD, "ccs": CCS, "users": USERS}[file]
    start = data.draw(st.integers(0, len(whole)))
    piece = data.draw(st.binary(max_size=20) | st.text("[]=|:;,\n 0123456789queue", max_size=20).map(str.encode))
    octets = whole[:start] + piece + whole[start + data.draw(st.integers(0, 30)):]
    assert isinstance(read(msgspec.structs.replace(FILES, **{file: octets}), "ccs/a", "ccs/b"), Configuration | str)


def test_a_ccs_with_a_damaged_file_does_not_start_and_says_why() -> None:
    platform = Platform(msgspec.structs.replace(FILES, users=b"nonsense")).start()
    assert platform.run(seconds(8)).roles() == ("", "")
    assert platform.events(ProcessState, "ccs/a") == [ProcessState("stopped")]
    assert platform.events(InputRefused, "ccs/a")[0].why.startswith("ccsuser.dat line 1: 1 fields")
    platform.act(platform.a, "start")
    assert platform.run(seconds(3)).events(ProcessState, "ccs/a")[-1] == ProcessState("stopped")


def test_old_files_that_are_damaged_at_a_take_over_leave_it_with_what_it_had() -> None:
    platform = Platform(msgspec.structs.replace(FILES, old_ccs=b"[ccs")).start().run(seconds(5))
    platform.inject(platform.b, "stale")
    platform.inject(platform.a, "crash")
    platform.run(seconds(5))
    assert platform.roles()[1] == "active"
    assert platform.b.configuration.version == "7"
    assert platform.events(InputRefused, "ccs/b") == [InputRefused(0, "ccs.ini line 1: '[ccs' is no [section]")]
