"""What a person hears, in words: the native core's ears (SWD_EV_HEARS of swd.h) as the journal names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

QUIET: Final = "quiet"
PARTY: Final = "party"
TONE: Final = "tone"
PROMPT: Final = "prompt"
SOUND: Final = "sound"
MIX: Final = "mix"
DEAD: Final = "dead"

WORDS: Final = (QUIET, PARTY, TONE, PROMPT, SOUND, MIX, DEAD)
"""Index: SWD_HEARS_QUIET .. SWD_HEARS_ONES."""


def in_words(what: int, which: int, prompts: Sequence[str]) -> tuple[str, str]:
    """(what, which) of an ear's event: a party's id, a tone's Hz, a prompt's name, `lower+higher` ids of a mix, or ``.

    `prompts` names the prompts in the order of the assets; a prompt that is not there is called by its number.
    """
    word = WORDS[what]
    if word == PROMPT:
        return word, prompts[which] if which < len(prompts) else str(which)
    if word == MIX:
        return word, f"{which & 0xFFFF}+{which >> 16}"
    return word, str(which) if word in (PARTY, TONE) else ""
