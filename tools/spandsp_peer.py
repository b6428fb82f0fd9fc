"""libspandsp (Debian: libspandsp2) as an outside judge: the few functions that tests and benches ask."""

from __future__ import annotations

from ctypes.util import find_library
from typing import Any

import cffi

DECLARATIONS = """
typedef struct dtmf_rx_state_t dtmf_rx_state_t;
typedef void (*digits_rx_callback_t)(void *user_data, const char *digits, int len);
dtmf_rx_state_t *dtmf_rx_init(dtmf_rx_state_t *s, digits_rx_callback_t callback, void *user_data);
int dtmf_rx(dtmf_rx_state_t *s, const int16_t amp[], int samples);
size_t dtmf_rx_get(dtmf_rx_state_t *s, char *digits, int max);
int dtmf_rx_free(dtmf_rx_state_t *s);

typedef struct dtmf_tx_state_t dtmf_tx_state_t;
dtmf_tx_state_t *dtmf_tx_init(dtmf_tx_state_t *s, void *callback, void *user_data);
void dtmf_tx_set_level(dtmf_tx_state_t *s, int level, int twist);
void dtmf_tx_set_timing(dtmf_tx_state_t *s, int on_time, int off_time);
int dtmf_tx_put(dtmf_tx_state_t *s, const char *digits, int len);
int dtmf_tx(dtmf_tx_state_t *s, int16_t amp[], int max_samples);
int dtmf_tx_free(dtmf_tx_state_t *s);

typedef struct hdlc_rx_state_t hdlc_rx_state_t;
typedef void (*hdlc_frame_handler_t)(void *user_data, const uint8_t *pkt, int len, int ok);
hdlc_rx_state_t *hdlc_rx_init(hdlc_rx_state_t *s, int crc32, int report_bad_frames, int framing_ok_threshold,
                              hdlc_frame_handler_t handler, void *user_data);
void hdlc_rx_put(hdlc_rx_state_t *s, const uint8_t buf[], int len);
int hdlc_rx_free(hdlc_rx_state_t *s);

typedef struct hdlc_tx_state_t hdlc_tx_state_t;
typedef void (*hdlc_underflow_handler_t)(void *user_data);
hdlc_tx_state_t *hdlc_tx_init(hdlc_tx_state_t *s, int crc32, int inter_frame_flags, int progressive,
                              hdlc_underflow_handler_t handler, void *user_data);
int hdlc_tx_flags(hdlc_tx_state_t *s, int len);
int hdlc_tx_frame(hdlc_tx_state_t *s, const uint8_t *frame, size_t len);
int hdlc_tx_get(hdlc_tx_state_t *s, uint8_t buf[], size_t max_len);
int hdlc_tx_free(hdlc_tx_state_t *s);

typedef struct g711_state_t g711_state_t;
g711_state_t *g711_init(g711_state_t *s, int mode);
int g711_decode(g711_state_t *s, int16_t amp[], const uint8_t g711_data[], int g711_bytes);
int g711_encode(g711_state_t *s, uint8_t g711_data[], const int16_t amp[], int len);
int g711_free(g711_state_t *s);

typedef struct bert_state_s bert_state_t;
typedef struct { int total_bits; int bad_bits; int resyncs; } bert_results_t;
bert_state_t *bert_init(bert_state_t *s, int limit, int pattern, int resync_len, int resync_percent);
int bert_get_bit(bert_state_t *s);
void bert_put_bit(bert_state_t *s, int bit);
int bert_result(bert_state_t *s, bert_results_t *results);
int bert_free(bert_state_t *s);
"""
G711_ALAW, G711_ULAW = 0, 1
BERT_PATTERNS = {"2^23-1": 8, "2^15-1": 10, "2^11-1": 11, "2^9-1": 12}


def load() -> tuple[cffi.FFI, Any] | None:
    """(ffi, library), or None where the library is not installed."""
    name = find_library("spandsp")
    if name is None:
        return None
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(name)
