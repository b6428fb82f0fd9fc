/* Command lines of the test peers: `--name value` pairs, read into a struct by tables of its members. */
#ifndef SWITCHSIM_TEST_OPTION_TABLE_H
#define SWITCHSIM_TEST_OPTION_TABLE_H

#include <stddef.h>

struct option_row {
    const char *name;
    size_t at; /* of the member, from the beginning of the struct: an int, or a const char * */
};

/* Each table ends with a row without a name. */
struct option_table {
    const char *usage;                 /* `program: %s` on a line of its own, then what it takes */
    const struct option_row *numbers;  /* 0..1000000000 */
    const struct option_row *texts;
};

/* Prints the usage with what is wrong, and exits 2. */
void wrong_option(const struct option_table *table, const char *wrong) __attribute__((noreturn));

/* Sets the members that are named; exits 2 with the usage when one is unknown, or has no value or none that fits. */
void read_options(const struct option_table *table, void *options, int count, char **arguments);

#endif
