/* The error rate monitors of a signalling link: SUERM and AERM (ITU-T Q.703 clause 10). */
#include "su.h"

#define UNITS_AN_ERROR 256u        /* D: the leaky bucket loses one error for so many units, good or bad (10.2.2) */

static void count_unit(swd_su_rx *rx)
{
    if (++rx->monitor_units < UNITS_AN_ERROR)
        return;
    rx->monitor_units = 0;
    rx->monitor_errors -= rx->monitor_errors > 0;
}

void swd_su_monitor_good(swd_su_rx *rx, su_sink *sink)
{
    if (rx->monitor == SWD_MONITOR_SUERM)
        count_unit(rx);
    if (rx->monitor == SWD_MONITOR_ABORTED) {
        rx->monitor = SWD_MONITOR_NONE;
        su_report(sink, SWD_EV_SU_PROVED_AGAIN, 0, 0);
    }
}

static void suerm_error(swd_su_rx *rx, su_sink *sink)
{
    if (++rx->monitor_errors == rx->monitor_limit) {
        rx->monitor = SWD_MONITOR_NONE;
        su_report(sink, SWD_EV_SUERM, 0, 0);
        return;
    }
    count_unit(rx);
}

static void aerm_error(swd_su_rx *rx, su_sink *sink)
{
    if (++rx->monitor_errors < rx->monitor_limit)
        return;
    rx->monitor = SWD_MONITOR_ABORTED;
    su_report(sink, SWD_EV_AERM, 0, 0);
}

void swd_su_monitor_error(swd_su_rx *rx, su_sink *sink)
{
    rx->counts.errors++;
    if (rx->monitor == SWD_MONITOR_SUERM)
        suerm_error(rx, sink);
    else if (rx->monitor == SWD_MONITOR_AERM)
        aerm_error(rx, sink);
}

int swd_su_rx_monitor(swd_su_rx *rx, uint32_t mode, uint32_t limit)
{
    if (mode > SWD_MONITOR_SUERM || (mode != SWD_MONITOR_NONE && limit == 0))
        return SWD_E_RANGE;
    rx->monitor = mode;
    rx->monitor_limit = mode == SWD_MONITOR_NONE ? 0 : limit;
    rx->monitor_errors = rx->monitor_units = 0;
    return SWD_OK;
}
