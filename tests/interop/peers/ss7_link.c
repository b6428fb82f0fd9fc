/* Units between the attachment and libss7.
 *
 * libss7 thinks that it holds a DAHDI channel in MTP2 mode: read() gives a unit with two octets of FCS, write() takes
 * one, and the driver repeats the last LSSU or FISU by itself - which is what an attached timeslot does too. So a pair
 * of packet sockets stands in for the channel; only the FCS is put on and taken off. libss7 never looks at it. */
#include "ss7_peer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIO_AT = 3, ISUP_TYPE_AT = 10, ISUP = 5, IAM = 1 };

static int is_msu(const uint8_t *unit, int length)
{
    return length > 5 && (unit[2] & 0x3f) > 2; /* Q.703 2.3.3 */
}

static int is_iam(const uint8_t *unit, int length)
{
    return length > ISUP_TYPE_AT && (unit[SIO_AT] & 0x0f) == ISUP && unit[ISUP_TYPE_AT] == IAM;
}

void link_open(struct peer *peer)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) {
        perror("ss7_peer");
        exit(2);
    }
    peer->outer_fd = ends[0];
    peer->inner_fd = ends[1];
    peer->attach_fd = peer_connect(peer->options->common.attach);
}

static int spoilt(struct peer *peer, const char *what, int number)
{
    peer->counts.spoilt++;
    say("spoilt", "\"what\":\"%s\",\"number\":%d", what, number);
    return 1;
}

int link_read(struct peer *peer)
{
    const struct ss7_options *options = peer->options;
    uint8_t unit[LONGEST_UNIT + FCS_OCTETS] = { 0 };
    ssize_t length;
    if (peer->attach_fd < 0)
        return 0;
    length = recv(peer->attach_fd, unit, LONGEST_UNIT, MSG_DONTWAIT);
    if (length == 0)
        peer->machine_closed = 1;
    if (length <= 0)
        return 0;
    memset(unit + length, 0, FCS_OCTETS);
    peer->counts.units_in++;
    if (peer->in_alarm) { /* a dead line; what it repeats is heard when it lives again */
        memcpy(peer->held, unit, sizeof unit);
        peer->held_octets = is_msu(unit, (int)length) ? 0 : (int)length + FCS_OCTETS;
        return 1;
    }
    if (is_msu(unit, (int)length)) {
        peer->counts.iams_in += is_iam(unit, (int)length);
        if (++peer->counts.msus_in == options->drop_in)
            return spoilt(peer, "dropped_in", peer->counts.msus_in);
    }
    if (send(peer->outer_fd, unit, (size_t)length + FCS_OCTETS, MSG_NOSIGNAL) > 0)
        ss7_read(peer->ss7, peer->inner_fd);
    return 1;
}

/* An MSU on its way to the machine; returns how often it is to be sent. */
static int touch_msu(struct peer *peer, uint8_t *unit, int length)
{
    const struct ss7_options *options = peer->options;
    struct counts *counts = &peer->counts;
    int times = 1;
    if (is_iam(unit, length)) {
        counts->iams_out++;
        if (counts->iams_out == options->common.lose_setup && spoilt(peer, "lost_iam", counts->iams_out))
            return counts->msus_out++, 0;
        if (counts->iams_out == options->stray_iam && spoilt(peer, "stray_iam", counts->iams_out))
            unit[SIO_AT] ^= 0x40;
    }
    counts->msus_out++;
    if (counts->msus_out == options->drop_out && spoilt(peer, "dropped_out", counts->msus_out))
        times = 0;
    if (counts->msus_out == options->double_out && spoilt(peer, "doubled_out", counts->msus_out))
        times = 2;
    if (counts->msus_out == options->spoil_out && spoilt(peer, "wrong_length_indicator", counts->msus_out))
        unit[2] ^= 0x01;
    return times;
}

void link_write(struct peer *peer)
{
    uint8_t unit[512];
    while (!peer->in_alarm && (ss7_pollflags(peer->ss7, peer->inner_fd) & POLLOUT)) {
        int times = 1;
        ssize_t length;
        if (ss7_write(peer->ss7, peer->inner_fd) <= 0)
            return;
        length = recv(peer->outer_fd, unit, sizeof unit, 0) - FCS_OCTETS;
        if (length < 3)
            continue;
        peer->counts.units_out++;
        if (is_msu(unit, (int)length))
            times = touch_msu(peer, unit, (int)length);
        while (times-- > 0)
            peer_send(peer->attach_fd, unit, (int)length);
    }
}

/* The line is lost, or only libss7 is told so; both forget the link and every call. */
void link_alarm(struct peer *peer)
{
    say("alarm", "\"unplug\":%d", peer->options->unplug);
    if (peer->options->unplug) {
        close(peer->attach_fd);
        peer->attach_fd = -1;
    }
    peer->in_alarm = 1;
    peer->counts.link_downs++;
    peer->held_octets = 0;
    ss7_link_alarm(peer->ss7, peer->inner_fd);
}

void link_alarm_over(struct peer *peer)
{
    if (peer->attach_fd < 0)
        peer->attach_fd = peer_connect(peer->options->common.attach);
    peer->in_alarm = 0;
    say("alarm_over", "\"unplug\":%d", peer->options->unplug);
    ss7_link_noalarm(peer->ss7, peer->inner_fd);
    if (peer->held_octets && send(peer->outer_fd, peer->held, (size_t)peer->held_octets, MSG_NOSIGNAL) > 0)
        ss7_read(peer->ss7, peer->inner_fd);
}
