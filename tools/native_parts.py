"""Build and load the parts of the native core alone (native/Makefile, target `parts`), for tests and benches.

The simulator itself uses the extension module; this reaches what that one does not export.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import cffi
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / "native"
PUBLIC = (
    "swd_philox", "swd_alaw_encode", "swd_alaw_decode", "swd_ulaw_encode", "swd_ulaw_decode", "swd_alaw_decode_block",
    "swd_alaw_encode_block", "swd_isa_select", "swd_isa_selected", "swd_isa_best", "swd_exponential_q16",
)  # fmt: skip
STRUCTS = ("swd_su_counts", "swd_su_tx_counts", "swd_e1_counts", "swd_tone_set", "swd_dtmf_limits")
ISA_NAMES = ("plain", "sse2", "avx2", "avx512")


def declarations() -> str:
    """What cffi is told: the constants, the parts, and the few public structs and functions that live in the parts."""
    public = "".join((NATIVE / "include" / name).read_text(encoding="utf-8") for name in ("swd.h", "swd_e1.h"))
    parts = (NATIVE / "src" / "parts.h").read_text(encoding="utf-8")
    constants = re.findall(r"^#define \w+ \d+\b", public, re.M)
    functions = [m for name in PUBLIC for m in re.findall(rf"^[\w ]+\*?\b{name}\([^)]*\);", public, re.M)]
    typedef = r"^typedef struct {0} \{{.*?^}} {0};"
    structs = [m for name in STRUCTS for m in re.findall(typedef.format(name), public, re.M | re.S)]
    body = parts.split("/* cdef begin */")[1].split("/* cdef end */")[0]
    return "\n".join([*constants, *structs, *functions, re.sub(r"^(#define \w+ \d+).*$", r"\1", body, flags=re.M)])


def build(where: Path) -> Path:
    """Compile libparts.so into `where` (made when missing)."""
    where.mkdir(parents=True, exist_ok=True)
    subprocess.run(["make", "-s", "-C", str(NATIVE), "parts", f"BUILD={where.resolve()}"], check=True)
    return where / "libparts.so"


class Parts:
    """The loaded library: `lib` and `ffi` of cffi, and thin wrappers that speak bytes and numpy."""

    def __init__(self, where: Path) -> None:
        self.ffi: Any = cffi.FFI()
        self.ffi.cdef(declarations())
        self.lib: Any = self.ffi.dlopen(str(build(where)))

    def isas(self) -> list[str]:
        """Names of the instruction sets of this host, plain first."""
        return [name for i, name in enumerate(ISA_NAMES) if i == 0 or i <= self.lib.swd_isa_best()]

    def select(self, name: str) -> None:
        """Choose an instruction set by name."""
        assert self.lib.swd_isa_select(ISA_NAMES.index(name)) == 0

    def encode(self, linear: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """A-law octets of samples on the 16-bit scale, of any shape; out-of-range samples are clipped."""
        samples = np.ascontiguousarray(np.clip(np.rint(linear), -32768, 32767).astype(np.int16))
        codes = np.empty(samples.shape, np.uint8)
        self.lib.swd_alaw_encode_block(
            self.ffi.from_buffer("uint8_t[]", codes), self.ffi.from_buffer("int16_t[]", samples), samples.size
        )
        return codes


class Bank:
    """A DTMF bank; every channel listens, to the cell of its number, unless told otherwise."""

    def __init__(self, parts: Parts, channels: int, listening: bool = True) -> None:
        self.parts, self.channels, self.at = parts, channels, 0
        self.size = parts.lib.swd_dtmf_size(channels)
        self.memory = parts.ffi.new("uint64_t[]", self.size // 8)
        self.bank = parts.ffi.cast("swd_dtmf *", self.memory)
        self.hits = parts.ffi.new("swd_dtmf_hit[]", 2 * channels)
        parts.lib.swd_dtmf_init(self.bank, channels)
        for channel in range(channels if listening else 0):
            parts.lib.swd_dtmf_assign(self.bank, channel, channel)

    def state(self) -> bytes:
        """The bank's memory."""
        return bytes(self.parts.ffi.buffer(self.memory))

    def push(self, codes: np.ndarray[Any, Any], cuts: tuple[int, ...] = (8,)) -> list[tuple[int, int, int, str, int]]:
        """Feed A-law [channel][cycle]; whole rows cut into parts of the sizes given, over and over (8 in all).

        Returns (at, channel, on, digit, length_cycles) in the order reported.
        """
        rows = np.ascontiguousarray(codes.reshape(self.channels, -1, 8).transpose(1, 0, 2))
        found = []
        for row in rows:
            octets = self.parts.ffi.from_buffer("uint64_t[]", row)
            for n in cuts:
                count = self.parts.lib.swd_dtmf_push(self.bank, self.at, n, octets, self.hits, 2 * self.channels)
                self.at += n
                found += [
                    (h.at, h.channel, h.on, chr(h.digit), h.length_cycles) for h in self.hits[0:count]
                ]
        return found
