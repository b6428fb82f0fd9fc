/* The command line of the test peer. */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(const char *wrong)
{
    fprintf(stderr,
            "pri_peer: %s\nusage: pri_peer --attach PATH --clock PATH --side network|user\n"
            "  [--calls N] [--gap MS] [--number DIGITS] [--caller DIGITS] [--overlap DIGITS_IN_SETUP]\n"
            "  [--complete 0|1] [--exclusive 0|1] [--hold MS] [--expect N] [--answer-ms MS] [--alert 0|1]\n"
            "  [--reject CAUSE] [--lose-setup K] [--restart-at MS] [--restart-channel N] [--reset 0|1]\n"
            "  [--die-at MS] [--back-after MS] [--linger MS] [--trace 0|1]\n"
            "usage: pri_peer --attach PATH [--clock PATH] --garbage N [--seed N]\n", wrong);
    exit(2);
}

static int number_of(const char *name, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == 0 || *end != 0 || value < 0 || value > 1000000000)
        usage(name);
    return (int)value;
}

void peer_options(struct options *options, int count, char **arguments)
{
    const struct { const char *name; int *value; } numbers[] = {
        { "--calls", &options->calls }, { "--gap", &options->gap_ms }, { "--overlap", &options->overlap },
        { "--complete", &options->complete }, { "--exclusive", &options->exclusive }, { "--hold", &options->hold_ms },
        { "--expect", &options->expect }, { "--answer-ms", &options->answer_ms }, { "--alert", &options->alert },
        { "--reject", &options->reject_cause }, { "--lose-setup", &options->lose_setup },
        { "--restart-at", &options->restart_ms }, { "--restart-channel", &options->restart_channel },
        { "--reset", &options->reset },
        { "--die-at", &options->die_ms }, { "--back-after", &options->back_ms }, { "--linger", &options->linger_ms },
        { "--garbage", &options->garbage }, { "--trace", &options->trace }, { "--seed", (int *)&options->seed },
    };
    *options = (struct options){
        .network = NEVER, .gap_ms = 100, .hold_ms = NEVER, .answer_ms = 200, .alert = 1, .complete = 1, .exclusive = 1,
        .restart_ms = NEVER, .die_ms = NEVER, .back_ms = NEVER, .linger_ms = 1000, .number = "10000",
        .caller = "13800138000",
    };
    for (int n = 1; n < count; n += 2) {
        const char *name = arguments[n], *value = arguments[n + 1];
        size_t row = 0;
        if (n + 1 == count)
            usage(name);
        while (row < sizeof numbers / sizeof *numbers && strcmp(name, numbers[row].name))
            row++;
        if (row < sizeof numbers / sizeof *numbers)
            *numbers[row].value = number_of(name, value);
        else if (!strcmp(name, "--attach"))
            options->attach = value;
        else if (!strcmp(name, "--clock"))
            options->clock = value;
        else if (!strcmp(name, "--number"))
            options->number = value;
        else if (!strcmp(name, "--caller"))
            options->caller = value;
        else if (!strcmp(name, "--side") && (!strcmp(value, "network") || !strcmp(value, "user")))
            options->network = !strcmp(value, "network");
        else
            usage(name);
    }
    if (!options->attach)
        usage("--attach is missing");
    if (!options->garbage && (!options->clock || options->network == NEVER))
        usage("--clock or --side is missing");
}
