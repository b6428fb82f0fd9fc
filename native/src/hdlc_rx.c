/* HDLC receiver: hunts for flags, takes out the stuffing, judges frames. */
#include <assert.h>

#define RX_TAKE swd_hdlc_rx_take
#include "hdlc_rx_kernel.h"

void swd_hdlc_rx_reset(swd_hdlc_rx *rx)
{
    uint32_t cell = rx->cell;
    memset(rx, 0, sizeof *rx);
    rx->cell = cell;
    rx->hunting = 1;
}

/* Apart, so that idle rows cost no more than they must. */
static __attribute__((noinline)) uint32_t take(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out)
{
#if defined(__x86_64__)
    if (swd_isa_selected() >= SWD_ISA_AVX2)
        return swd_hdlc_rx_take_avx2(rx, line, n, results, out);
#endif
    return swd_hdlc_rx_take(rx, line, n, results, out);
}

uint32_t swd_hdlc_rx_push(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out)
{
    assert(n <= SWD_ROW_CYCLES);
    if (n == 8) {
        uint64_t octets;
        memcpy(&octets, line, sizeof octets);
        if (octets == rx->idle && octets)
            return 0;
    }
    return take(rx, line, n, results, out);
}
