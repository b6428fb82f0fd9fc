/* The command line of the SS7 test peer. */
#include "ss7_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(const char *wrong)
{
    fprintf(stderr,
            "ss7_peer: %s\nusage: ss7_peer --attach PATH --clock PATH\n"
            "  [--own-pc N] [--far-pc N] [--ni 0..3] [--slc N] [--first-cic N] [--last-cic N] [--not-cic N]\n"
            "  [--calls N] [--gap MS] [--number DIGITS] [--caller DIGITS] [--hold MS] [--expect N] [--answer-ms MS]\n"
            "  [--con 0|1] [--progress 0|1] [--reject CAUSE] [--t7 MS] [--reset 0|1|2]\n"
            "  [--lose-iam K] [--stray-iam K] [--ignore-iam K]\n"
            "  [--drop-out K] [--drop-in K] [--double-out K] [--spoil-out K]\n"
            "  [--alarm-at MS] [--alarm-for MS] [--unplug 0|1] [--mtp-restart-at MS]\n"
            "  [--block-at MS] [--block-for MS] [--block-cic N] [--rsc-at MS]\n"
            "  [--group-block-at MS] [--group-block-for MS]\n"
            "  [--die-at MS] [--back-after MS] [--linger MS] [--trace 0|1]\n", wrong);
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

static void check(const struct ss7_options *options)
{
    if (!options->common.attach || !options->common.clock)
        usage("--attach or --clock is missing");
    if (options->first_cic < 1 || options->last_cic >= CICS || options->first_cic > options->last_cic)
        usage("--first-cic, --last-cic: 1..31");
    if (options->network_indicator > 3 || options->own_pc > 0x3fff || options->far_pc > 0x3fff)
        usage("--ni 0..3, point codes 0..16383");
}

void ss7_options(struct ss7_options *options, int count, char **arguments)
{
    struct options *common = &options->common;
    const struct { const char *name; int *value; } numbers[] = {
        { "--own-pc", &options->own_pc }, { "--far-pc", &options->far_pc }, { "--ni", &options->network_indicator },
        { "--slc", &options->slc }, { "--first-cic", &options->first_cic }, { "--last-cic", &options->last_cic },
        { "--not-cic", &options->not_cic }, { "--calls", &common->calls }, { "--gap", &common->gap_ms },
        { "--hold", &common->hold_ms }, { "--expect", &common->expect }, { "--answer-ms", &common->answer_ms },
        { "--con", &options->con }, { "--progress", &options->progress }, { "--reject", &common->reject_cause },
        { "--t7", &options->t7_ms }, { "--reset", &options->reset }, { "--lose-iam", &common->lose_setup },
        { "--stray-iam", &options->stray_iam }, { "--ignore-iam", &options->ignore_iam },
        { "--drop-out", &options->drop_out }, { "--drop-in", &options->drop_in },
        { "--double-out", &options->double_out }, { "--spoil-out", &options->spoil_out },
        { "--alarm-at", &options->alarm_ms }, { "--alarm-for", &options->alarm_for_ms },
        { "--unplug", &options->unplug },
        { "--mtp-restart-at", &options->mtp_restart_ms }, { "--block-at", &options->block_ms },
        { "--block-for", &options->block_for_ms }, { "--block-cic", &options->block_cic },
        { "--group-block-at", &options->group_block_ms }, { "--group-block-for", &options->group_block_for_ms },
        { "--rsc-at", &options->rsc_ms }, { "--die-at", &common->die_ms }, { "--back-after", &common->back_ms },
        { "--linger", &common->linger_ms }, { "--trace", &common->trace },
    };
    const struct { const char *name; const char **value; } texts[] = {
        { "--attach", &common->attach }, { "--clock", &common->clock },
        { "--number", &common->number }, { "--caller", &common->caller },
    };
    *options = (struct ss7_options){
        .common = { .gap_ms = 100, .hold_ms = NEVER, .answer_ms = 200, .die_ms = NEVER, .back_ms = NEVER,
                    .linger_ms = 1000, .number = "10000", .caller = "13800138000" },
        .own_pc = 2, .far_pc = 1, .network_indicator = 2, .first_cic = 1, .last_cic = 31, .not_cic = 16,
        .t7_ms = 20000, .reset = 1, .alarm_ms = NEVER, .alarm_for_ms = 1000, .mtp_restart_ms = NEVER,
        .block_ms = NEVER, .block_for_ms = 1000, .block_cic = 1, .group_block_ms = NEVER, .group_block_for_ms = 1000,
        .rsc_ms = NEVER,
    };
    for (int n = 1; n < count; n += 2) {
        const char *name = arguments[n];
        size_t row = 0;
        if (n + 1 == count)
            usage(name);
        for (; row < sizeof texts / sizeof *texts && strcmp(name, texts[row].name); row++)
            ;
        if (row < sizeof texts / sizeof *texts) {
            *texts[row].value = arguments[n + 1];
            continue;
        }
        for (row = 0; row < sizeof numbers / sizeof *numbers && strcmp(name, numbers[row].name); row++)
            ;
        if (row == sizeof numbers / sizeof *numbers)
            usage(name);
        *numbers[row].value = number_of(name, arguments[n + 1]);
    }
    check(options);
}
