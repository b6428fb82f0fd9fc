/* Which instruction set the banks use: chosen once for the process, the best one unless told otherwise. */
#include "parts.h"

#if defined(__x86_64__)
#include <cpuid.h>

int swd_isa_best(void)
{
    __builtin_cpu_init();
    /* VBMI looks up octets in tables of 64 and 128, VNNI multiplies and adds: Ice Lake, Zen 4 and later. */
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("pclmul"))
        return SWD_ISA_AVX512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
                   __builtin_cpu_supports("pclmul")
               ? SWD_ISA_AVX2
               : SWD_ISA_SSE2;
}
#else
int swd_isa_best(void)
{
    return SWD_ISA_PLAIN;
}
#endif

static int selected = -1;        /* process-wide, not part of any state: results do not depend on it */

int swd_isa_select(int isa)
{
    if (isa < SWD_ISA_PLAIN || isa > SWD_ISA_AVX512)
        return SWD_E_RANGE;
    if (isa > swd_isa_best())
        return SWD_E_ISA;
    selected = isa;
    return SWD_OK;
}

int swd_isa_selected(void)
{
    if (selected < 0)
        selected = swd_isa_best();
    return selected;
}

/* Intel's with FP16 arithmetic, Sapphire Rapids and later: those before are slow where they are guarded against Gather Data Sampling,
 * and others take cells one by one in microcode. */
#if defined(__x86_64__)
static int gathers_fast(void)
{
    uint32_t a, b, c, d;
    __builtin_cpu_init();
    return __builtin_cpu_is("intel") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 23 & 1);
}
#endif

int swd_isa_gathers(void)
{
#if defined(__x86_64__)
    static int fast = -1;        /* process-wide, as above */
    if (fast < 0)
        fast = gathers_fast();
    return fast && swd_isa_selected() == SWD_ISA_AVX512;
#else
    return 0;
#endif
}
