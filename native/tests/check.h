/* The C tests: plain functions that assert; runner.c calls them all. */
#ifndef SWD_CHECK_H
#define SWD_CHECK_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

void test_g711(void);
void test_prng(void);
void test_tone(void);
void test_hdlc(void);
void test_su(void);
void test_e1(void);
void test_dtmf(void);
void test_tones(void);
void test_pattern(void);
void test_isa(void);
void test_rows(void);
void test_switching(void);
void test_engine(void);
void test_engine_shapes(void);
void test_e1_levels(void);
void test_e1_scripts(void);

/* A-law of two tones, millihertz and mdBm0 each. */
void make_tones(uint8_t *codes, uint32_t n, const uint32_t freq_mhz[2], int32_t level_mdbm0);

#endif
