/* libFuzzer target: any octets as a script for one direction of an E1 line; a failed assertion or a sanitizer ends the run. */
#include "e1_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    e1_totals totals = {0, 0};
    e1_play(data, size, &totals);
    return 0;
}
