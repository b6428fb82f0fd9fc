/* Marks for AVX2. */
#include "engine.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define MARKS swd_marks_avx2
#include "rows_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
