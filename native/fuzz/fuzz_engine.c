/* libFuzzer target: any octets as a script of acts, out-of-range values among them, on engines cut differently. Every act
 * works or returns an error and changes nothing; a failed assertion or a sanitizer ends the run. */
#include "acts.h"

#define MOST_OCTETS 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 16 || size > MOST_OCTETS)
        return 0;
    acts_play(data, size);
    return 0;
}
