"""Make the shipped prompts (prompts/**/*.wav, 8 kHz, mono, A-law) from text with espeak-ng and sox; run it by hand.

The WAV files are checked in: another release of the synthesiser may speak a little differently. Without arguments all
are made, else those that are named.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from switchsim.assembly.wav import Sound, as_file, load_wav

PROMPTS = {
    "welcome": ("cmn", "您好，欢迎致电。"),
    "menu": ("cmn", "业务办理请按一，咨询请按二。"),
    "wrong_choice": ("cmn", "输入错误。"),
    "please_wait": ("cmn", "座席忙，请稍候。"),
    "no_agents": ("cmn", "对不起，座席全忙，请稍后再拨。"),
    "announcement": ("en", "Thank you for calling. This is an announcement."),
    "goodbye": ("en", "Goodbye."),
    "enter_number": ("en", "Please enter the number."),
}
WORDS = ("hundred", "thousand", "million", "minus", "and", "star", "pound")
SPOKEN = {f"digits/{number}": str(number) for number in [*range(21), *range(30, 100, 10)]}
SPOKEN |= {f"digits/{word}": word for word in WORDS}
PROMPTS |= {name: ("en", text) for name, text in SPOKEN.items()}
CUES = {"menu": {"after_one": 16_160}}
"""Cue points, in samples: of the menu, where its first choice is said. Look where that is when it is spoken anew."""
TIDY = ["silence", "1", "0.01", "0.5%", "reverse", "silence", "1", "0.01", "0.5%", "reverse", "gain", "-n", "-9"]
FORMAT = ["-r", "8000", "-c", "1", "-e", "a-law"]


def speak(path: Path, voice: str, text: str) -> None:
    speech = subprocess.run(["espeak-ng", "-v", voice, "-s", "190", "--stdout", text], check=True,
                            capture_output=True).stdout  # fmt: skip
    subprocess.run(["sox", "-t", "wav", "-", *FORMAT, str(path), *TIDY, "dither", "-a"], input=speech, check=True)


def mark(path: Path, cues: dict[str, int]) -> None:
    """Write cue points into a prompt."""
    path.write_bytes(as_file(Sound(load_wav(path).octets, cues)))


def beep(path: Path) -> None:
    """What is heard before a recording: 1000 Hz, 0.3 s."""
    subprocess.run(["sox", "-n", *FORMAT, str(path), "synth", "0.3", "sine", "1000", "gain", "-12"], check=True)


def main(names: list[str]) -> int:
    folder = Path(__file__).resolve().parents[1] / "prompts"
    (folder / "digits").mkdir(parents=True, exist_ok=True)
    for name, (voice, text) in PROMPTS.items():
        if not names or name in names:
            speak(folder / f"{name}.wav", voice, text)
            if name in CUES:
                mark(folder / f"{name}.wav", CUES[name])
            print(f"{name}.wav: {text}")
    if not names or "beep" in names:
        beep(folder / "beep.wav")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
