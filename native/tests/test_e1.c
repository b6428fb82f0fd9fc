/* The E1 framer: against slow references, imitations of alignment, and under seeded scripts. */
#include "e1_script.h"

#define SCRIPTS 400u
#define SCRIPT_OCTETS 80u
#define EVER (SWD_E1_LOS | SWD_E1_AIS | SWD_E1_LOF | SWD_E1_RAI | SWD_E1_LOCRC | SWD_E1_LOCAS | SWD_E1_RMA | SWD_E1_TS16_AIS)

static void draw_octets(uint8_t *octets, uint32_t n, uint64_t key, uint64_t index)
{
    for (uint32_t i = 0; i < n; i += 8) {
        uint64_t draw = swd_philox(key, index + i);
        memcpy(octets + i, &draw, 8);
    }
}

static uint32_t bit_of(const uint8_t *octets, uint32_t i)
{
    return octets[i >> 3] >> (7 - (i & 7)) & 1u;
}

/* ---- CRC-4: a register of four stages, a bit at a time, over what was sent */

static uint32_t slow_crc(const uint8_t frames[8][32])
{
    uint32_t crc = 0;
    for (uint32_t i = 0; i < 2048 + 4; i++) {
        uint32_t in = i < 2048 && (i % 512) != 0 ? bit_of(frames[i / 256], i % 256) : 0;
        crc = crc << 1 | in;
        if (crc & 16)
            crc ^= 0x13;
    }
    return crc;
}

static void test_check_bits(void)
{
    swd_e1_tx tx;
    uint8_t frames[8][32], payload[32];
    uint32_t expected = 0;
    swd_e1_tx_reset(&tx, SWD_E1_CRC4, 0, 0);
    for (uint32_t block = 0; block < 50; block++) {
        uint32_t sent = 0;
        for (uint32_t f = 0; f < 8; f++) {
            swd_e1_wrong wrong = {f == 3 && block % 5 == 4 ? 0x20 : 0, 0};
            draw_octets(payload, 32, 1, 64ull * (8 * block + f));
            swd_e1_tx_frame(&tx, payload, wrong, frames[f]);
            if (!(f & 1))
                sent = sent << 1 | frames[f][0] >> 7;
        }
        assert(sent == expected);
        expected = slow_crc((const uint8_t(*)[32])frames);
    }
}

/* ---- HDB3: as G.703 annex A says it, a mark at a time, with as much of the future as is needed */

#define CODE_FRAMES 40u
#define CODE_BITS (CODE_FRAMES * 256u)

static void slow_code(const uint8_t *bits, int8_t *marks)
{
    int last = -1;
    uint32_t since = 0;           /* marks since the latest V */
    for (uint32_t i = 0; i < CODE_BITS; i++)
        if (bit_of(bits, i)) {
            marks[i] = (int8_t)(last = -last);
            since++;
        } else if (i + 3 < CODE_BITS && !bit_of(bits, i + 1) && !bit_of(bits, i + 2) && !bit_of(bits, i + 3)) {
            if (!(since & 1))
                marks[i] = (int8_t)(last = -last);
            marks[i + 3] = (int8_t)last;
            since = 0;
            i += 3;
        }
}

/* The decoder of any marks, a mark at a time: what it takes for zeros, and how often the code is violated. */
static uint32_t slow_decode(const int8_t *marks, uint8_t *bits)
{
    int last = 0, last_v = 0;
    uint32_t gap = 5, wrong = 0;
    for (uint32_t i = 0; i < CODE_BITS; i++) {
        bits[i] = marks[i] != 0;
        if (!marks[i]) {
            gap += gap < 5;
            wrong += gap == 4;
            continue;
        }
        if (marks[i] == last && (gap == 2 || gap == 3)) {
            bits[i] = bits[i - 3] = 0;
            wrong += marks[i] == last_v;
            last_v = marks[i];
        } else {
            wrong += marks[i] == last;
        }
        last = marks[i];
        gap = 0;
    }
    return wrong;
}

static void test_any_marks(uint32_t seed)
{
    static int8_t marks[CODE_BITS];
    static uint8_t bits[CODE_BITS];
    uint8_t plus[32], minus[32], out[32];
    uint32_t wrong = 0;
    swd_hdb3 code;
    swd_hdb3_reset(&code);
    for (uint32_t i = 0; i < CODE_BITS; i++) {
        uint64_t draw = swd_philox(40 + seed, i) >> 32;
        marks[i] = draw % (2 + seed % 3) ? 0 : draw & 0x8000 ? 1 : -1;
    }
    uint32_t expected = slow_decode(marks, bits);
    for (uint32_t f = 0; f < CODE_FRAMES; f++) {
        memset(plus, 0, 32);
        memset(minus, 0, 32);
        for (uint32_t i = 0; i < 256; i++)
            *(marks[256 * f + i] > 0 ? plus + i / 8 : minus + i / 8) |= (uint8_t)((marks[256 * f + i] != 0) << (7 - i % 8));
        wrong += swd_hdb3_decode(&code, plus, minus, out);
        for (uint32_t i = 0; f && i < 256; i++)
            assert(bit_of(out, i) == bits[256 * (f - 1) + i + 3]);
    }
    assert(wrong == expected);
}

static void test_line_code(uint32_t sparse)
{
    static uint8_t bits[CODE_BITS / 8];
    static int8_t marks[CODE_BITS];
    uint8_t plus[32], minus[32], out[32];
    swd_hdb3 code;
    draw_octets(bits, sizeof bits, 2, 100000ull * sparse);
    for (uint32_t i = 0; i < sizeof bits; i++)
        for (uint32_t n = 1; n <= sparse; n++)
            bits[i] &= (uint8_t)(swd_philox(2 + n, i) & swd_philox(20 + n, i));
    memset(marks, 0, sizeof marks);
    slow_code(bits, marks);
    swd_hdb3_reset(&code);
    for (uint32_t f = 0; f < CODE_FRAMES; f++) {
        swd_hdb3_encode(&code, bits + 32 * f, plus, minus);
        for (uint32_t i = 0; i < 256; i++) {
            int mark = (int)bit_of(plus, i) - (int)bit_of(minus, i);
            assert(256 * f + i < 3 ? !mark : mark == marks[256 * f + i - 3]);
        }
        assert(swd_hdb3_decode(&code, plus, minus, out) == 0);
        assert(f == 0 || memcmp(out, bits + 32 * (f - 1), 32) == 0);
    }
}

/* A polarity that stays turned over is one violation; a mark turned over alone two, at the least. */
static void test_code_violations(void)
{
    uint8_t bits[32], plus[32], minus[32], out[32];
    memset(bits, 0xFF, sizeof bits);
    swd_hdb3 code;
    swd_hdb3_reset(&code);
    swd_hdb3_encode(&code, bits, plus, minus);
    assert(swd_hdb3_decode(&code, plus, minus, out) == 0);
    swd_hdb3_encode(&code, bits, plus, minus);
    assert(swd_hdb3_decode(&code, minus, plus, out) == 1);
    swd_hdb3_encode(&code, bits, plus, minus);
    plus[5] ^= 0x80;
    minus[5] ^= 0x80;
    assert(swd_hdb3_decode(&code, minus, plus, out) == 2);
    assert(memcmp(out, bits, 32) == 0);
    memset(plus, 0, 32);
    assert(swd_hdb3_decode(&code, plus, plus, out) == 1);
    memset(plus, 0x80, 32);
    assert(swd_hdb3_decode(&code, plus, plus, out) == 32);
}

/* ---- alignment on an imitation */

typedef struct imitation {
    swd_e1_tx tx;
    swd_e1_rx rx;
    uint32_t frames;
} imitation;

/* A frame in which every timeslot looks like TS0, in the one order of FAS and NFAS or the other, `shift` octets late. */
static void push_late(imitation *m, uint8_t rest[16], uint32_t shift)
{
    uint8_t payload[32], line[32], late[32], out[32];
    for (uint32_t i = 0; i < 32; i++)
        payload[i] = (m->tx.crc_frame ^ i) & 1 ? 0xDF : 0x9B;
    swd_e1_tx_frame(&m->tx, payload, (swd_e1_wrong){0, 0}, line);
    memcpy(late, rest, shift);
    memcpy(late + shift, line, 32 - shift);
    memcpy(rest, line + 32 - shift, shift);
    swd_e1_rx_push(&m->rx, late, out);
}

/* Every timeslot imitates: the multiframe is found within 400 ms wherever the search begins. */
static void test_imitation(uint32_t shift)
{
    imitation m;
    uint8_t rest[16] = {0};
    swd_e1_tx_reset(&m.tx, SWD_E1_CRC4, 3, 0);
    swd_e1_rx_reset(&m.rx, SWD_E1_CRC4, 255, 0);
    for (m.frames = 0; m.frames < 3200 && m.rx.status; m.frames++) {
        push_late(&m, rest, shift);
        assert(m.frames < 10 || !(m.rx.status & SWD_E1_LOF)); /* frames are given out meanwhile */
    }
    assert(m.rx.status == 0 && m.rx.offset == 8 * shift);
    assert(m.rx.counts.frame_losses == 0);
}

void test_e1(void)
{
    uint8_t octets[SCRIPT_OCTETS];
    e1_totals totals = {0, 0};
    test_check_bits();
    for (uint32_t sparse = 0; sparse < 4; sparse++)
        test_line_code(sparse);
    for (uint32_t seed = 0; seed < 12; seed++)
        test_any_marks(seed);
    test_code_violations();
    for (uint32_t shift = 0; shift < 16; shift += 5)
        test_imitation(shift);
    for (uint32_t seed = 0; seed < SCRIPTS; seed++) {
        draw_octets(octets, SCRIPT_OCTETS, 1000 + seed, 0);
        e1_play(octets, SCRIPT_OCTETS, &totals);
    }
    assert((totals.seen & EVER) == EVER);
}
