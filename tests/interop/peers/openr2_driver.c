/* The hardware that libopenr2 believes in: each circuit of the machine is a DAHDI channel with CAS signalling.
 *
 * The dynamic linker gives libopenr2 the ioctl, read and write of this program; descriptors of ours are served here,
 * all others by the kernel. Numbers are DAHDI's (code 0xDA), as libopenr2.so.3 asks them. */
#include "openr2_peer.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FIRST_FD = 1 << 20, SILENCE = 0xd5, IDLE_BITS = 0x9, BITS = 0xf };

#define OP(direction, number, octets) (((direction) << 30) | ((octets) << 16) | (0xdau << 8) | (number))
enum { WRITES = 1, READS = 2 };
static const unsigned long CHANNO = OP((unsigned)READS, 0x22, 4), GET_PARAMS = OP(3u, 0x05, 0x88),
    FLUSH = OP((unsigned)WRITES, 0x03, 4), GET_EVENT = OP((unsigned)READS, 0x08, 4), IO_MUX = OP(3u, 0x09, 4),
    GET_RX_BITS = OP((unsigned)READS, 0x2b, 4), SET_TX_BITS = OP((unsigned)WRITES, 0x2b, 4);
enum { MUX_READ = 1, MUX_WRITE = 2, MUX_EVENT = 8, EVENT_BITS_CHANGED = 13, FLUSH_WRITE = 2, SIG_CAS = 1 << 15 };

static struct line {
    int fd;                    /* the attachment */
    int heard_bits, sent_bits, changed;
    int unread, loaded;        /* a block that libopenr2 has not read yet; one that it has written */
    uint8_t heard[BLOCK], sending[BLOCK];
} lines[CIRCUITS];
static int blocks_in, blocks_out, odd_blocks, changes;

static struct line *line_of(int fd)
{
    return fd >= FIRST_FD && fd < FIRST_FD + CIRCUITS ? &lines[fd - FIRST_FD] : NULL;
}

/* What may be done now, of what is asked for in `flags`. */
static int ready_for(const struct line *line, int flags)
{
    if (line->changed)
        return flags & MUX_EVENT;
    return (line->unread ? flags & MUX_READ : 0) | (line->loaded ? 0 : flags & MUX_WRITE);
}

static int serve(struct line *line, int timeslot, unsigned long request, int *value)
{
    if (request == IO_MUX) {
        *value = ready_for(line, *value);
    } else if (request == GET_EVENT) {
        *value = line->changed ? EVENT_BITS_CHANGED : 0;
        line->changed = 0;
    } else if (request == GET_RX_BITS) {
        *value = line->heard_bits;
    } else if (request == SET_TX_BITS) {
        line->sent_bits = *value & BITS;
    } else if (request == FLUSH) {
        line->loaded &= !(*value & FLUSH_WRITE);
    } else if (request == CHANNO) {
        *value = timeslot;
    } else if (request == GET_PARAMS) {
        memset(value, 0, 0x88);
        value[3] = SIG_CAS; /* sigtype, its fourth word */
    } /* buffers, gains, law and echo canceller are as they must be */
    return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
    struct line *line = line_of(fd);
    va_list arguments;
    void *value;
    va_start(arguments, request);
    value = va_arg(arguments, void *);
    va_end(arguments);
    request &= 0xffffffff;
    return line ? serve(line, fd - FIRST_FD, request, value) : (int)syscall(SYS_ioctl, fd, request, value);
}

ssize_t read(int fd, void *octets, size_t room)
{
    struct line *line = line_of(fd);
    if (!line)
        return syscall(SYS_read, fd, octets, room);
    if (!line->unread || room < BLOCK) {
        errno = EAGAIN;
        return -1;
    }
    line->unread = 0;
    memcpy(octets, line->heard, BLOCK);
    return BLOCK;
}

ssize_t write(int fd, const void *octets, size_t length)
{
    struct line *line = line_of(fd);
    if (!line)
        return syscall(SYS_write, fd, octets, length);
    if (line->loaded || length != BLOCK) {
        errno = EAGAIN;
        return -1;
    }
    line->loaded = 1;
    memcpy(line->sending, octets, BLOCK);
    return BLOCK;
}

int driver_open(int timeslot, const char *path)
{
    lines[timeslot] = (struct line){ .fd = peer_connect(path), .sent_bits = IDLE_BITS };
    return FIRST_FD + timeslot;
}

void driver_begin(int timeslot)
{
    driver_give(timeslot);
}

int driver_take(int timeslot)
{
    struct line *line = &lines[timeslot];
    uint8_t datagram[DATAGRAM + 1];
    ssize_t length;
    do
        length = recv(line->fd, datagram, sizeof datagram, MSG_DONTWAIT);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return errno == EAGAIN ? 0 : -1;
    if (length == 0)
        return -1;
    blocks_in++;
    odd_blocks += length != DATAGRAM || datagram[0] > BITS;
    line->changed |= line->heard_bits != (datagram[0] & BITS);
    changes += line->heard_bits != (datagram[0] & BITS);
    line->heard_bits = datagram[0] & BITS;
    memcpy(line->heard, datagram + 1, BLOCK);
    line->unread = 1;
    return 1;
}

void driver_give(int timeslot)
{
    struct line *line = &lines[timeslot];
    uint8_t datagram[DATAGRAM];
    datagram[0] = (uint8_t)line->sent_bits;
    if (line->loaded)
        memcpy(datagram + 1, line->sending, BLOCK);
    else
        memset(datagram + 1, SILENCE, BLOCK);
    line->loaded = 0;
    peer_send(line->fd, datagram, sizeof datagram);
    blocks_out++;
}

void driver_await_close(int timeslot)
{
    uint8_t datagram[DATAGRAM];
    while (recv(lines[timeslot].fd, datagram, sizeof datagram, 0) > 0)
        ;
}

int driver_bits(int timeslot)
{
    return lines[timeslot].heard_bits;
}

int driver_counts(int *in, int *out, int *odd)
{
    *in = blocks_in;
    *out = blocks_out;
    *odd = odd_blocks;
    return changes;
}
