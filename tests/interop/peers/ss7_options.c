/* The command line of the SS7 test peer. */
#include "ss7_peer.h"

#include "option_table.h"

static const char USAGE[] =
    "ss7_peer: %s\nusage: ss7_peer --attach PATH --clock PATH\n"
    "  [--own-pc N] [--far-pc N] [--ni 0..3] [--slc N] [--first-cic N] [--last-cic N] [--not-cic N]\n"
    "  [--calls N] [--gap MS] [--number DIGITS] [--caller DIGITS] [--hold MS] [--expect N] [--answer-ms MS]\n"
    "  [--con 0|1] [--progress 0|1] [--reject CAUSE] [--t7 MS] [--reset 0|1|2]\n"
    "  [--lose-iam K] [--stray-iam K] [--ignore-iam K]\n"
    "  [--drop-out K] [--drop-in K] [--double-out K] [--spoil-out K]\n"
    "  [--alarm-at MS] [--alarm-for MS] [--unplug 0|1] [--mtp-restart-at MS]\n"
    "  [--block-at MS] [--block-for MS] [--block-cic N] [--rsc-at MS]\n"
    "  [--group-block-at MS] [--group-block-for MS]\n"
    "  [--die-at MS] [--back-after MS] [--linger MS] [--trace 0|1]\n";

static const struct ss7_options DEFAULTS = {
    .common = { .gap_ms = 100, .hold_ms = NEVER, .answer_ms = 200, .die_ms = NEVER, .back_ms = NEVER,
                .linger_ms = 1000, .number = "10000", .caller = "13800138000" },
    .own_pc = 2, .far_pc = 1, .network_indicator = 2, .first_cic = 1, .last_cic = 31, .not_cic = 16,
    .t7_ms = 20000, .reset = 1, .alarm_ms = NEVER, .alarm_for_ms = 1000, .mtp_restart_ms = NEVER,
    .block_ms = NEVER, .block_for_ms = 1000, .block_cic = 1, .group_block_ms = NEVER, .group_block_for_ms = 1000,
    .rsc_ms = NEVER,
};

#define AT(member) offsetof(struct ss7_options, member)

static const struct option_row NUMBERS[] = {
    { "--own-pc", AT(own_pc) }, { "--far-pc", AT(far_pc) }, { "--ni", AT(network_indicator) }, { "--slc", AT(slc) },
    { "--first-cic", AT(first_cic) }, { "--last-cic", AT(last_cic) }, { "--not-cic", AT(not_cic) },
    { "--calls", AT(common.calls) }, { "--gap", AT(common.gap_ms) }, { "--hold", AT(common.hold_ms) },
    { "--expect", AT(common.expect) }, { "--answer-ms", AT(common.answer_ms) }, { "--con", AT(con) },
    { "--progress", AT(progress) }, { "--reject", AT(common.reject_cause) }, { "--t7", AT(t7_ms) },
    { "--reset", AT(reset) }, { "--lose-iam", AT(common.lose_setup) }, { "--stray-iam", AT(stray_iam) },
    { "--ignore-iam", AT(ignore_iam) }, { "--drop-out", AT(drop_out) }, { "--drop-in", AT(drop_in) },
    { "--double-out", AT(double_out) }, { "--spoil-out", AT(spoil_out) }, { "--alarm-at", AT(alarm_ms) },
    { "--alarm-for", AT(alarm_for_ms) }, { "--unplug", AT(unplug) }, { "--mtp-restart-at", AT(mtp_restart_ms) },
    { "--block-at", AT(block_ms) }, { "--block-for", AT(block_for_ms) }, { "--block-cic", AT(block_cic) },
    { "--group-block-at", AT(group_block_ms) }, { "--group-block-for", AT(group_block_for_ms) },
    { "--rsc-at", AT(rsc_ms) }, { "--die-at", AT(common.die_ms) }, { "--back-after", AT(common.back_ms) },
    { "--linger", AT(common.linger_ms) }, { "--trace", AT(common.trace) }, { NULL, 0 },
};
static const struct option_row TEXTS[] = {
    { "--attach", AT(common.attach) }, { "--clock", AT(common.clock) }, { "--number", AT(common.number) },
    { "--caller", AT(common.caller) }, { NULL, 0 },
};

static const struct option_table TABLE = { USAGE, NUMBERS, TEXTS };

static void check(const struct ss7_options *options)
{
    if (!options->common.attach || !options->common.clock)
        wrong_option(&TABLE, "--attach or --clock is missing");
    if (options->first_cic < 1 || options->last_cic >= CICS || options->first_cic > options->last_cic)
        wrong_option(&TABLE, "--first-cic, --last-cic: 1..31");
    if (options->network_indicator > 3 || options->own_pc > 0x3fff || options->far_pc > 0x3fff)
        wrong_option(&TABLE, "--ni 0..3, point codes 0..16383");
}

void ss7_options(struct ss7_options *options, int count, char **arguments)
{
    *options = DEFAULTS;
    read_options(&TABLE, options, count, arguments);
    check(options);
}
