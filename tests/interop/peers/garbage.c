/* Rubbish on an attached timeslot: random lengths and octets, and frames that are nearly right.
 * What is sent is a function of the seed. */
#include "peer.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST = 700 };

struct rubbish {
    int fd, left;
    uint32_t state; /* xorshift32 */
};

static uint32_t draw(struct rubbish *rubbish)
{
    uint32_t x = rubbish->state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return rubbish->state = x;
}

/* Fill `octets` [LONGEST] with one datagram; returns its length, 0..LONGEST. */
static int compose(struct rubbish *rubbish, uint8_t *octets)
{
    static const uint8_t nearly[][8] = {
        { 0x02, 0x01, 0x7f }, { 0x00, 0x01, 0x7f }, { 0x00, 0x01, 0x97, 1, 2, 3, 4, 5 }, /* SABME, SABME, FRMR */
        { 0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x00, 0x01 },                              /* I frame, half a message */
        { 0x00, 0x01, 0x73 }, { 0x02, 0x01, 0x73 },                                      /* UA */
        { 0x00, 0x01, 0x01, 0xff }, { 0xfc, 0xff, 0x03, 0x0f },                          /* RR with a wrong N(R), TEI */
    };
    int length = (int)(draw(rubbish) % (draw(rubbish) % 4 ? 270 : LONGEST));
    int shape = (int)(draw(rubbish) % 4);
    if (shape == 0 && length > 4)
        length = 3 + (int)(draw(rubbish) % 2); /* a whole U or S frame */
    for (int n = 0; n < length; n++)
        octets[n] = (uint8_t)draw(rubbish);
    if (shape < 3)
        memcpy(octets, nearly[draw(rubbish) % (sizeof nearly / sizeof *nearly)], length < 8 ? (size_t)length : 8);
    return length;
}

static void send_one(struct rubbish *rubbish)
{
    uint8_t octets[LONGEST], heard[LONGEST];
    int length = compose(rubbish, octets);
    peer_send(rubbish->fd, octets, length);
    while (recv(rubbish->fd, heard, sizeof heard, MSG_DONTWAIT) > 0)
        ;
    rubbish->left--;
}

static uint64_t tick(void *state, uint64_t now_us)
{
    struct rubbish *rubbish = state;
    for (int n = 0; n < 4 && rubbish->left > 0; n++)
        send_one(rubbish);
    return rubbish->left > 0 ? now_us + 20000 : FINISHED;
}

int peer_garbage(const struct options *options)
{
    struct rubbish rubbish = { .left = options->garbage, .state = options->seed ? options->seed : 1 };
    rubbish.fd = peer_connect(options->attach);
    if (options->clock) {
        int clock_fd = peer_connect(options->clock);
        peer_lockstep(clock_fd, tick, &rubbish);
    } else {
        struct pollfd wait = { .fd = rubbish.fd, .events = POLLIN };
        while (rubbish.left > 0)
            send_one(&rubbish);
        while (poll(&wait, 1, -1) > 0) { /* stay until the machine closes */
            uint8_t heard[LONGEST];
            if (recv(rubbish.fd, heard, sizeof heard, 0) <= 0)
                break;
        }
    }
    say("summary", "\"garbage\":%d", options->garbage - rubbish.left);
    return 0;
}
