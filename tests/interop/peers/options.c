/* The command line of the test peer. */
#include "peer.h"

#include "option_table.h"

#include <string.h>

static const char USAGE[] =
    "pri_peer: %s\nusage: pri_peer --attach PATH --clock PATH --side network|user\n"
    "  [--calls N] [--gap MS] [--number DIGITS] [--caller DIGITS] [--overlap DIGITS_IN_SETUP]\n"
    "  [--complete 0|1] [--exclusive 0|1] [--hold MS] [--expect N] [--answer-ms MS] [--alert 0|1]\n"
    "  [--reject CAUSE] [--lose-setup K] [--restart-at MS] [--restart-channel N] [--reset 0|1]\n"
    "  [--die-at MS] [--back-after MS] [--linger MS] [--trace 0|1]\n"
    "usage: pri_peer --attach PATH [--clock PATH] --garbage N [--seed N]\n";

struct line {
    struct options options;
    const char *side;
};

static const struct line DEFAULTS = {
    .options = { .network = NEVER, .gap_ms = 100, .hold_ms = NEVER, .answer_ms = 200, .alert = 1, .complete = 1,
                 .exclusive = 1, .restart_ms = NEVER, .die_ms = NEVER, .back_ms = NEVER, .linger_ms = 1000,
                 .number = "10000", .caller = "13800138000" },
};

#define AT(member) offsetof(struct line, member)

static const struct option_row NUMBERS[] = {
    { "--calls", AT(options.calls) }, { "--gap", AT(options.gap_ms) }, { "--overlap", AT(options.overlap) },
    { "--complete", AT(options.complete) }, { "--exclusive", AT(options.exclusive) },
    { "--hold", AT(options.hold_ms) }, { "--expect", AT(options.expect) }, { "--answer-ms", AT(options.answer_ms) },
    { "--alert", AT(options.alert) }, { "--reject", AT(options.reject_cause) },
    { "--lose-setup", AT(options.lose_setup) }, { "--restart-at", AT(options.restart_ms) },
    { "--restart-channel", AT(options.restart_channel) }, { "--reset", AT(options.reset) },
    { "--die-at", AT(options.die_ms) }, { "--back-after", AT(options.back_ms) }, { "--linger", AT(options.linger_ms) },
    { "--garbage", AT(options.garbage) }, { "--trace", AT(options.trace) }, { "--seed", AT(options.seed) },
    { NULL, 0 },
};
static const struct option_row TEXTS[] = {
    { "--attach", AT(options.attach) }, { "--clock", AT(options.clock) }, { "--number", AT(options.number) },
    { "--caller", AT(options.caller) }, { "--side", AT(side) }, { NULL, 0 },
};

static const struct option_table TABLE = { USAGE, NUMBERS, TEXTS };

void peer_options(struct options *options, int count, char **arguments)
{
    struct line line = DEFAULTS;
    read_options(&TABLE, &line, count, arguments);
    *options = line.options;
    if (line.side && strcmp(line.side, "network") && strcmp(line.side, "user"))
        wrong_option(&TABLE, "--side");
    if (line.side)
        options->network = !strcmp(line.side, "network");
    if (!options->attach)
        wrong_option(&TABLE, "--attach is missing");
    if (!options->garbage && (!options->clock || options->network == NEVER))
        wrong_option(&TABLE, "--clock or --side is missing");
}
