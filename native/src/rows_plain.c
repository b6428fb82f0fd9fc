/* Marks for any processor. */
#define MARKS swd_marks_plain
#include "rows_kernel.h"
