"""Where a machine's prompts are looked for, and what is said when they are not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switchsim import assembly
from switchsim.assembly.shipped import folder as shipped
from switchsim.errors import BadInput

MACHINE = shipped("boards") / "machines" / "one_e1_r2.yaml"


def refused(folder: Path, prompts: str) -> str:
    path = folder / "machine.yaml"
    path.write_text(MACHINE.read_text().replace("prompts: {please_wait: please_wait.wav}", f"prompts: {prompts}"))
    with pytest.raises(BadInput) as caught:
        assembly.build(path, seed=1, journal_sink=bytearray().extend)
    return str(caught.value)


def test_a_missing_prompt_names_all_places(tmp_path: Path) -> None:
    told = refused(tmp_path, "{please_wait: nix.wav, menu: below/nix.wav}")
    places = [tmp_path, shipped("prompts")]
    for name, file in (("please_wait", "nix.wav"), ("menu", "below/nix.wav")):
        assert f": {name}: no file {places[0] / file} nor {places[1] / file}; expected a WAV file" in told
    assert told.count("put it there, or correct its name") == 2


def test_the_machines_own_file_goes_before_the_shipped_one(tmp_path: Path) -> None:
    shutil.copy(shipped("prompts") / "please_wait.wav", tmp_path / "own.wav")
    told = refused(tmp_path, "{please_wait: own.wav, menu: menu.wav, gone: gone.wav}")
    assert told.count("\n") == 0, "the two others are there"
    (tmp_path / "menu.wav").write_bytes(b"none")
    assert f"{tmp_path / 'menu.wav'}: octet 0: is no WAV file" in refused(tmp_path, "{please_wait: menu.wav}")


def test_a_folder_is_no_prompt_but_does_not_hide_the_shipped_file(tmp_path: Path) -> None:
    for name in ("menu.wav", "own.wav"):
        (tmp_path / name).mkdir()
    told = refused(tmp_path, "{please_wait: menu.wav, own: own.wav}")
    assert told.count("\n") == 0
    assert f"{tmp_path / 'own.wav'}: cannot be read: Is a directory" in told
