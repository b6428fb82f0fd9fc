"""Which sounds say a number, digits, characters, a date: names of sounds, as in `digits/7`; English order."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

LARGEST: Final = 999_999_999
_CHARACTERS: Final = {
    " ": "letters/space", "-": "letters/dash", ".": "letters/dot", "/": "letters/slash", "@": "letters/at",
    "*": "digits/star", "#": "digits/pound", "+": "letters/plus", "=": "letters/equals",
}  # fmt: skip
_DAY_SECONDS: Final = 86_400
_DAYS_400_YEARS: Final = 146_097
_DAYS_TO_1970: Final = 719_468
"""From 1 March of year 0."""


def spoken_digits(text: str) -> list[str]:
    """One sound a digit, `*`, `#` and `-` included; other characters are silent."""
    names = {"-": "digits/minus", "*": "digits/star", "#": "digits/pound"}
    return [f"digits/{one}" if one in "0123456789" else names[one] for one in text if one in "0123456789-*#"]


def spoken_number(number: int) -> list[str] | None:
    """`21305` -> 20 1 thousand 3 hundred 5; None beyond +-LARGEST."""
    if abs(number) > LARGEST:
        return None
    if number < 0:
        return ["digits/minus", *_positive(-number)]
    return _positive(number) or ["digits/0"]


def _positive(number: int) -> list[str]:
    """Nothing for 0."""
    for unit, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= unit:
            return [*_positive(number // unit), f"digits/{name}", *_positive(number % unit)]
    if number > 20:
        return [f"digits/{number // 10 * 10}", *_positive(number % 10)]
    return [f"digits/{number}"] if number else []


def spoken_characters(text: str, phonetic: bool, sounds: Container[str]) -> list[str]:
    """One sound a character, digits as digits; what `sounds` does not hold is silent."""
    names = []
    for one in text.lower():
        if one in "0123456789":
            names.append(f"digits/{one}")
        elif "a" <= one <= "z":
            names.append(f"phonetic/{one}_p" if phonetic else f"letters/{one}")
        else:
            names.append(_CHARACTERS.get(one, ""))
    return [name for name in names if name in sounds]


def civil_time(unix_seconds: int) -> tuple[int, int, int, int, int]:
    """(year, month 1..12, day 1..31, hour, minute) of seconds since 1970, UTC, proleptic Gregorian calendar."""
    days, second = divmod(unix_seconds, _DAY_SECONDS)
    era, day_of_era = divmod(days + _DAYS_TO_1970, _DAYS_400_YEARS)
    leaps = day_of_era // 1460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leaps) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * from_march + 2) // 5 + 1
    month = from_march + 3 if from_march < 10 else from_march - 9
    year = era * 400 + year_of_era + (month <= 2)
    return year, month, day, second // 3600, second // 60 % 60
