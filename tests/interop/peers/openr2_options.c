/* The command line of the R2 test peer. */
#include "openr2_peer.h"

#include "option_table.h"

static const char USAGE[] =
    "openr2_peer: %s\nusage: openr2_peer --attach PREFIX --clock PATH   (timeslot n is at PREFIXn)\n"
    "  [--china 0|1] [--protocol FILE] [--first TS] [--last TS] [--ani-first 0|1] [--ask-ani 0|1]\n"
    "  [--digits N]\n"
    "  [--calls N] [--gap MS] [--number DIGITS] [--caller DIGITS] [--begin-at MS]\n"
    "  [--priority 0|1] [--restricted 0|1]\n"
    "  [--hold MS] [--abandon-after MS] [--expect N] [--accept-ms MS] [--accept-in-group-a 0|1]\n"
    "  [--no-charge 0|1] [--answer-ms MS] [--reject CAUSE]\n"
    "  [--block-at MS] [--block-for MS] [--block-circuit TS] [--linger MS]\n"
    "  [--die-at MS] [--back-after MS] [--trace 0|1]\n";

static const struct r2_options DEFAULTS = {
    .common = { .gap_ms = 100, .hold_ms = NEVER, .answer_ms = 200, .die_ms = NEVER, .back_ms = NEVER,
                .linger_ms = 1000, .number = "10000",
                .caller = "13800138000" },
    .ani_first = 1, .ask_ani = 1, .first = 1, .last = 31, .digits = 11, .accept_ms = 40, .block_ms = NEVER,
    .block_for_ms = 1000, .block_circuit = 1, .abandon_ms = NEVER,
};

#define AT(member) offsetof(struct r2_options, member)

static const struct option_row NUMBERS[] = {
    { "--china", AT(china) }, { "--first", AT(first) }, { "--last", AT(last) }, { "--ani-first", AT(ani_first) },
    { "--ask-ani", AT(ask_ani) }, { "--digits", AT(digits) }, { "--calls", AT(common.calls) },
    { "--gap", AT(common.gap_ms) }, { "--begin-at", AT(begin_ms) },
    { "--priority", AT(priority) }, { "--restricted", AT(restricted) },
    { "--hold", AT(common.hold_ms) }, { "--abandon-after", AT(abandon_ms) }, { "--expect", AT(common.expect) },
    { "--accept-ms", AT(accept_ms) }, { "--accept-in-group-a", AT(accept) }, { "--no-charge", AT(no_charge) },
    { "--answer-ms", AT(common.answer_ms) }, { "--reject", AT(common.reject_cause) }, { "--block-at", AT(block_ms) },
    { "--block-for", AT(block_for_ms) }, { "--block-circuit", AT(block_circuit) },
    { "--die-at", AT(common.die_ms) }, { "--back-after", AT(common.back_ms) }, { "--linger", AT(common.linger_ms) },
    { "--trace", AT(common.trace) }, { NULL, 0 },
};
static const struct option_row TEXTS[] = {
    { "--attach", AT(common.attach) }, { "--clock", AT(common.clock) }, { "--number", AT(common.number) },
    { "--caller", AT(common.caller) }, { "--protocol", AT(protocol) }, { NULL, 0 },
};

static const struct option_table TABLE = { USAGE, NUMBERS, TEXTS };

void r2_options(struct r2_options *options, int count, char **arguments)
{
    *options = DEFAULTS;
    read_options(&TABLE, options, count, arguments);
    if (!options->common.attach || !options->common.clock)
        wrong_option(&TABLE, "--attach or --clock is missing");
    if (options->first < 1 || options->last >= CIRCUITS || options->first > options->last)
        wrong_option(&TABLE, "--first, --last: 1..31");
}
