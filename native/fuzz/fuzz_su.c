/* libFuzzer target: any octets as a script for signalling terminals cut differently; a failed assertion or a sanitizer ends
 * the run. */
#include "su_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    su_totals totals = {{0}};
    su_play(data, size, &totals);
    return 0;
}
