/* Marks and conferences for any processor. */
#define MARKS swd_marks_plain
#define UNITS swd_units_plain
#define CODES swd_codes_plain
#include "rows_kernel.h"
