#include "option_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wrong_option(const struct option_table *table, const char *wrong)
{
    fprintf(stderr, table->usage, wrong);
    exit(2);
}

static int number_of(const struct option_table *table, const char *name, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == 0 || *end != 0 || value < 0 || value > 1000000000)
        wrong_option(table, name);
    return (int)value;
}

/* The member of that name; NULL: the rows have none. */
static void *member_named(void *options, const struct option_row *rows, const char *name)
{
    for (; rows->name; rows++)
        if (!strcmp(rows->name, name))
            return (char *)options + rows->at;
    return NULL;
}

void read_options(const struct option_table *table, void *options, int count, char **arguments)
{
    for (int n = 1; n < count; n += 2) {
        const char *name = arguments[n], **text = member_named(options, table->texts, name);
        int *number = member_named(options, table->numbers, name);
        if (n + 1 == count || (!text && !number))
            wrong_option(table, name);
        if (text)
            *text = arguments[n + 1];
        else
            *number = number_of(table, name, arguments[n + 1]);
    }
}
