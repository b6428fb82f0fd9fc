/* libFuzzer target: any octets into the HDLC receiver, pushed in eights, in ones, and cut as the input's first octet says.
 * The three must report the same and end in the same state; a frame is never longer than SWD_MAX_FRAME. A failed assertion
 * or a sanitizer ends the run. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

typedef struct ear {
    swd_hdlc_rx rx;
    uint64_t taken;
    uint64_t results;
    uint64_t digest;              /* FNV-1a over everything reported */
} ear;

static void note(ear *e, uint64_t value)
{
    e->digest = (e->digest ^ value) * 0x100000001B3u;
}

static void push(ear *e, const uint8_t *line, uint32_t n)
{
    swd_hdlc_result results[8];
    uint8_t *copy = malloc(n), *out = malloc(8 * SWD_MAX_FRAME); /* exact sizes, for the address sanitizer */
    memcpy(copy, line, n);
    uint32_t count = swd_hdlc_rx_push(&e->rx, copy, n, results, out), used = 0;
    assert(count <= n && e->rx.length <= SWD_MAX_FRAME + 2 && e->rx.n_bits < 8 && e->rx.ones <= 7);
    for (uint32_t i = 0; i < count; i++) {
        assert(results[i].at_octet < n && results[i].bad <= SWD_BAD_ALIGN);
        assert(i == 0 || results[i].at_octet > results[i - 1].at_octet);
        note(e, e->taken + results[i].at_octet);
        note(e, (uint64_t)results[i].bad << 32 | results[i].n_octets);
        assert(results[i].bad || (results[i].n_octets >= 2 && results[i].n_octets <= SWD_MAX_FRAME));
        for (uint32_t k = 0; !results[i].bad && k < results[i].n_octets; k++)
            note(e, out[used++]);
    }
    e->taken += n;
    e->results += count;
    free(copy);
    free(out);
}

static void run(ear *e, const uint8_t *line, size_t n, uint32_t step, uint32_t swing)
{
    memset(e, 0, sizeof *e);
    e->digest = 0xCBF29CE484222325u;
    swd_hdlc_rx_reset(&e->rx);
    for (size_t at = 0, part = 0; at < n; at += part) {
        part = 1 + (step + at * swing) % 8;
        push(e, line + at, (uint32_t)(part < n - at ? part : n - at));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ear eights, ones, cut;
    if (size < 1)
        return 0;
    run(&eights, data + 1, size - 1, 7, 0);
    run(&ones, data + 1, size - 1, 0, 0);
    run(&cut, data + 1, size - 1, data[0] & 7, data[0] >> 3);
    assert(memcmp(&eights, &ones, sizeof eights) == 0);
    assert(memcmp(&eights, &cut, sizeof eights) == 0);
    return 0;
}
