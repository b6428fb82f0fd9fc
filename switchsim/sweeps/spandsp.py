"""libspandsp (Debian: libspandsp2) beside ours: its DTMF and R2 receivers, when the library is on this host."""

from __future__ import annotations

from ctypes.util import find_library
from typing import Any, Final

import cffi
import numpy as np

from switchsim.dsp.reference.g711 import alaw_decode
from switchsim.sweeps.receivers import MFC_LETTERS, Receiver
from switchsim.sweeps.signals import Octets

DECLARATIONS: Final = """
typedef struct dtmf_rx_state_t dtmf_rx_state_t;
dtmf_rx_state_t *dtmf_rx_init(dtmf_rx_state_t *s, void *callback, void *user_data);
int dtmf_rx(dtmf_rx_state_t *s, const int16_t amp[], int samples);
size_t dtmf_rx_get(dtmf_rx_state_t *s, char *digits, int max);
int dtmf_rx_free(dtmf_rx_state_t *s);
typedef void (*tone_report_func_t)(void *user_data, int code, int level, int delay);
typedef struct r2_mf_rx_state_t r2_mf_rx_state_t;
r2_mf_rx_state_t *r2_mf_rx_init(r2_mf_rx_state_t *s, bool fwd, tone_report_func_t callback, void *user_data);
int r2_mf_rx(r2_mf_rx_state_t *s, const int16_t amp[], int samples);
int r2_mf_rx_free(r2_mf_rx_state_t *s);
"""
LINEAR: Final = np.array([alaw_decode(code) for code in range(256)], np.int16)
TAKEN_EVERY: Final = 8000                 # samples; its buffer of digits holds 128
R2_LETTERS: Final = "1234567890BCDEF"     # its names of signals 1..15
_loaded: list[tuple[cffi.FFI, Any] | None] = []


def load() -> tuple[cffi.FFI, Any] | None:
    """(ffi, library), or None where there is none."""
    if not _loaded:
        name = find_library("spandsp")
        ffi = cffi.FFI()
        ffi.cdef(DECLARATIONS)
        _loaded.append((ffi, ffi.dlopen(name)) if name else None)
    return _loaded[0]


def dtmf() -> Receiver | None:
    """Its dtmf_rx, as it is initialised."""
    peer = load()
    if peer is None:
        return None
    ffi, lib = peer
    into = ffi.new("char[129]")

    def one(samples: np.ndarray[Any, Any]) -> str:
        state, found = lib.dtmf_rx_init(ffi.NULL, ffi.NULL, ffi.NULL), ""
        for start in range(0, len(samples), TAKEN_EVERY):
            part = samples[start : start + TAKEN_EVERY]
            lib.dtmf_rx(state, ffi.from_buffer("int16_t[]", part.data), len(part))
            count = lib.dtmf_rx_get(state, into, 128)
            found += bytes(ffi.buffer(into, count)).decode()
        lib.dtmf_rx_free(state)
        return found

    return lambda octets: [one(np.ascontiguousarray(LINEAR[row])) for row in octets]


def mfc(direction: str) -> Receiver | None:
    """Its r2_mf_rx of this direction."""
    peer = load()
    if peer is None:
        return None
    ffi, lib = peer
    found: list[str] = []

    @ffi.callback("void(void *, int, int, int)")
    def told(_user: Any, code: int, _level: int, _delay: int) -> None:
        if code:
            found.append(MFC_LETTERS[R2_LETTERS.index(chr(code))])

    def one(row: Octets) -> str:
        found.clear()
        samples = np.ascontiguousarray(LINEAR[row])
        state = lib.r2_mf_rx_init(ffi.NULL, direction == "forward", told, ffi.NULL)
        lib.r2_mf_rx(state, ffi.from_buffer("int16_t[]", samples.data), len(samples))
        lib.r2_mf_rx_free(state)
        return "".join(found)

    return lambda octets: [one(row) for row in octets]
