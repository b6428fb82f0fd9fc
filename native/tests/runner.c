/* Runs every C test; an assertion that fails ends the program. */
#include "check.h"

static const struct {
    const char *name;
    void (*run)(void);
} suites[] = {
    {"g711", test_g711}, {"prng", test_prng}, {"tone", test_tone},
    {"hdlc", test_hdlc}, {"isa", test_isa}, {"rows", test_rows},   {"switching", test_switching}, {"dtmf", test_dtmf}, {"tones", test_tones},
    {"su", test_su}, {"e1", test_e1},     {"pattern", test_pattern},
    {"engine_shapes", test_engine_shapes}, {"engine", test_engine},
    {"e1_levels", test_e1_levels}, {"e1_scripts", test_e1_scripts},
};

int main(void)
{
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        printf("%s ", suites[i].name);
        fflush(stdout);
        suites[i].run();
    }
    printf("passed\n");
    return 0;
}
