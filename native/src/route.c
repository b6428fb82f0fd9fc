/* route.c: what each switched cell is told to copy. */
#include "engine.h"

/* The cell that a switched cell copies, were it not cut. */
uint32_t swd_payload_of(const swd_engine *e, uint32_t i)
{
    uint32_t instead = AT(e, const uint32_t, at_override)[i];
    return instead != SWD_NONE ? instead : AT(e, const uint32_t, at_from)[i];
}

void swd_route(swd_engine *e, uint32_t i)
{
    uint32_t from = bit_get(AT(e, const uint64_t, at_cut), i) ? SWD_CELL_ONES : swd_payload_of(e, i);
    if (AT(e, const uint32_t, at_source_of)[i] == from)
        return;
    swd_node_attach(e, i, from);
    swd_wake_cell(e, e->first_switched + i);
}

int swd_connect(swd_engine *e, uint32_t switched_cell, uint32_t from_cell)
{
    uint32_t i = switched_cell - e->first_switched;
    if (switched_cell < e->first_switched || switched_cell >= e->n_cells || from_cell >= e->n_cells)
        return SWD_E_RANGE;
    AT(e, uint32_t, at_from)[i] = from_cell;
    swd_route(e, i);
    return SWD_OK;
}

int swd_override(swd_engine *e, uint32_t switched_cell, uint32_t from_cell)
{
    uint32_t i = switched_cell - e->first_switched;
    if (switched_cell < e->first_switched || switched_cell >= e->n_cells || (from_cell >= e->n_cells && from_cell != SWD_NONE))
        return SWD_E_RANGE;
    AT(e, uint32_t, at_override)[i] = from_cell;
    swd_route(e, i);
    return SWD_OK;
}

uint32_t swd_connected(const swd_engine *e, uint32_t switched_cell)
{
    if (switched_cell < e->first_switched || switched_cell >= e->n_cells)
        return SWD_NONE;
    return AT(e, const uint32_t, at_from)[switched_cell - e->first_switched];
}
