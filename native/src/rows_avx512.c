/* Marks and conferences for AVX-512. */
#include "engine.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl")
#endif

#define MARKS swd_marks_avx512
#define UNITS swd_units_avx512
#define CODES swd_codes_avx512
#include "rows_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
