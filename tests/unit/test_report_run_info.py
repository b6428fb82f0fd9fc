"""A run.json that was changed by hand is told, never believed; a machine with one board of each pair runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switchsim.assembly import build
from switchsim.assembly.shipped import folder
from switchsim.errors import BadInput
from switchsim.report.folder import kept_files, read_run_info

GOOD: dict[str, Any] = {"scenario": "s", "seed": 1, "arguments": []}


def written(where: Path, **changes: Any) -> Path:
    (where / "run.json").write_text(json.dumps(GOOD | changes), encoding="utf-8")
    return where


def test_a_good_one_is_read(tmp_path: Path) -> None:
    assert read_run_info(written(tmp_path)).seed == 1


@pytest.mark.parametrize(("changes", "told"), [
    ({"seed": -1}, "seed -1"), ({"seed": 1 << 64}, f"seed {1 << 64}"), ({"format": 99}, "format 99"),
    ({"seed": "1"}, "damaged"),
])
def test_what_can_not_be_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_run_info(written(tmp_path, **changes))


def test_a_copy_outside_the_folder_is_not_opened(tmp_path: Path) -> None:
    row = {"role": "machine", "name": "m", "copy": "../../etc/hostname", "blake2b": ""}
    info = read_run_info(written(tmp_path, files=[row]))
    with pytest.raises(BadInput, match="lies elsewhere"):
        kept_files(tmp_path, info, "machine")


@pytest.mark.parametrize(("pair", "one"), [("5-6: bnet", "5: bnet"), ("2-3: mpu", "2: mpu")])
def test_one_board_of_a_pair_is_enough(tmp_path: Path, pair: str, one: str) -> None:
    text = (folder("boards") / "machines" / "b_type_small.yaml").read_text(encoding="utf-8")
    assert pair in text
    path = tmp_path / "single.yaml"
    path.write_text(text.replace(pair, one), encoding="utf-8")
    lines: list[bytes] = []
    machine = build(path, seed=1, journal_sink=lines.append)
    machine.power_on()
    machine.run(8000)
    assert b'"kind":"link_up"' in b"".join(lines)
