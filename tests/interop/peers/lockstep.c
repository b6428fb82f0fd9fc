/* The machine's side of the peer: sockets, the lockstep clock, and virtual time in place of the host's.
 *
 * libpri reads the time with gettimeofday() and time(); both are defined here, so that the dynamic linker gives it these.
 * Its timers then run on the time that the machine tells, and a run repeats to the octet. */
#include "peer.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EPOCH_S = 946684800 }; /* cycle 0 is 2000-01-01 00:00:00 UTC */

static uint64_t now_us;

uint64_t virtual_now_us(void)
{
    return now_us;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    (void)tz;
    tv->tv_sec = (time_t)(EPOCH_S + now_us / 1000000);
    tv->tv_usec = (suseconds_t)(now_us % 1000000);
    return 0;
}

time_t time(time_t *out)
{
    time_t now = (time_t)(EPOCH_S + now_us / 1000000);
    if (out)
        *out = now;
    return now;
}

int peer_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "peer: no socket for %s\n", path);
        exit(2);
    }
    strcpy(address.sun_path, path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        fprintf(stderr, "peer: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    return fd;
}

void peer_send(int fd, const void *octets, int length)
{
    while (send(fd, octets, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        struct pollfd wait = { .fd = fd, .events = POLLOUT };
        if (errno != EAGAIN && errno != EINTR)
            return; /* the machine is gone; the clock tells */
        poll(&wait, 1, 1000);
    }
}

/* One question: 1 and its time, or 0 when the machine closed the clock. */
static int told(int clock_fd, uint64_t *time_us)
{
    uint8_t octets[8];
    ssize_t length;
    do
        length = recv(clock_fd, octets, sizeof octets, 0);
    while (length < 0 && errno == EINTR);
    if (length != sizeof octets)
        return 0;
    *time_us = 0;
    for (int n = 7; n >= 0; n--)
        *time_us = *time_us << 8 | octets[n];
    return 1;
}

static void answer(int clock_fd, uint64_t time_us, uint64_t deadline_us)
{
    uint8_t octets[16];
    for (int n = 0; n < 8; n++) {
        octets[n] = (uint8_t)(time_us >> 8 * n);
        octets[8 + n] = (uint8_t)(deadline_us >> 8 * n);
    }
    peer_send(clock_fd, octets, sizeof octets);
}

int peer_lockstep(int clock_fd, tick_fn tick, void *state)
{
    uint64_t deadline_us = NO_DEADLINE;
    while (deadline_us != FINISHED) {
        if (!told(clock_fd, &now_us))
            return 1;
        deadline_us = tick(state, now_us);
        answer(clock_fd, now_us, deadline_us);
    }
    return 0;
}

/* Start the child that speaks; returns our end of its clock. */
static int start_child(const struct options *options, int (*child)(const struct options *, int), pid_t *pid)
{
    int ends[2];
    fflush(stdout);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 || (*pid = fork()) < 0) {
        perror("peer");
        exit(2);
    }
    if (*pid == 0) {
        close(ends[0]);
        _exit(child(options, ends[1]));
    }
    close(ends[1]);
    return ends[0];
}

/* Hold the clock while the process that speaks dies and another one comes: its death and return then have a simulated
 * time, the same in every run. Returns the last child's exit status. */
int peer_supervise(const struct options *options, int (*child)(const struct options *options, int clock_fd))
{
    struct options later = *options;
    int clock_fd = peer_connect(options->clock), status = 0;
    pid_t pid;
    int inner = start_child(options, child, &pid);
    uint64_t back_us = 0;

    later.die_ms = NEVER;
    while (told(clock_fd, &now_us)) {
        uint64_t octets[2];
        if (inner < 0 && now_us >= back_us)
            inner = start_child(&later, child, &pid);
        if (inner >= 0) {
            peer_send(inner, &now_us, sizeof now_us); /* same host: the byte order is its own */
            if (recv(inner, octets, sizeof octets, 0) == sizeof octets) {
                answer(clock_fd, octets[0], octets[1]);
                if (octets[1] != FINISHED)
                    continue;
                break;
            }
            close(inner);
            inner = -1;
            waitpid(pid, &status, 0);
            back_us = now_us + (uint64_t)options->back_ms * 1000;
            say("died", "\"status\":%d", WEXITSTATUS(status));
        }
        answer(clock_fd, now_us, back_us);
    }
    if (inner >= 0) {
        close(inner);
        waitpid(pid, &status, 0);
    }
    return WEXITSTATUS(status);
}

void say(const char *event, const char *format, ...)
{
    va_list arguments;
    printf("{\"at_us\":%llu,\"event\":\"%s\"", (unsigned long long)now_us, event);
    if (*format)
        putchar(',');
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    puts("}");
    fflush(stdout);
}

void say_text(const char *event, const char *member, const char *text)
{
    char escaped[512];
    size_t used = 0;
    for (; *text && used < sizeof escaped - 8; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            used += (size_t)sprintf(escaped + used, "\\%c", c);
        else if (c >= ' ' && c < 0x7f)
            escaped[used++] = (char)c;
    }
    escaped[used] = 0;
    say(event, "\"%s\":\"%s\"", member, escaped);
}
