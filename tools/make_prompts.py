"""Make the shipped prompts (prompts/*.wav, 8 kHz, mono, A-law) from text with espeak-ng and sox; run it by hand.

The WAV files are checked in: another release of the synthesiser may speak a little differently.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROMPTS = {
    "welcome": ("cmn", "您好，欢迎致电。"),
    "menu": ("cmn", "业务办理请按一，咨询请按二。"),
    "wrong_choice": ("cmn", "输入错误。"),
    "please_wait": ("cmn", "座席忙，请稍候。"),
    "no_agents": ("cmn", "对不起，座席全忙，请稍后再拨。"),
    "announcement": ("en", "Thank you for calling. This is an announcement."),
}


def main() -> int:
    folder = Path(__file__).resolve().parents[1] / "prompts"
    folder.mkdir(exist_ok=True)
    for name, (voice, text) in PROMPTS.items():
        speech = subprocess.run(["espeak-ng", "-v", voice, "-s", "190", "--stdout", text], check=True,
                                capture_output=True).stdout  # fmt: skip
        subprocess.run(
            ["sox", "-t", "wav", "-", "-r", "8000", "-c", "1", "-e", "a-law", str(folder / f"{name}.wav"),
             "silence", "1", "0.01", "0.5%", "reverse", "silence", "1", "0.01", "0.5%", "reverse", "gain", "-n", "-9",
             "dither", "-a"],
            input=speech, check=True,
        )  # fmt: skip
        print(f"{name}.wav: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
