/* Samples from a converter into the stream during a run.
 *
 * After a fault of the converter the run cannot continue, because the number of missing samples is not known. So the
 * pending frames of the run are sent, the converter is restarted, and its first sample begins the next run. If the
 * converter gives no sample after ACQUISITION_ATTEMPTS starts, the run ends.
 *
 * Samples from the host need no converter: with SOURCE_INJECTED a start succeeds and a poll finds nothing. */
#ifndef ACQUISITION_H
#define ACQUISITION_H

#include <stdbool.h>
#include <stdint.h>

#include "ads1299.h"
#include "link.h"
#include "stream.h"

#define ACQUISITION_ATTEMPTS 3U

struct acquisition {
    struct ads1299 adc;
    uint8_t source;         /* SOURCE_ */
    bool broken;            /* the run cannot continue; the converter must be restarted */
    uint8_t attempts;       /* restarts since the last sample */

    /* Values since acquisition_start. */
    uint8_t fault;          /* the last FAULT_ */
    uint16_t restarts;      /* all restarts */
    uint8_t lead_off_p, lead_off_n; /* of the last sample: see ads1299.h */
};

enum acquisition_event {
    ACQUISITION_NOTHING,
    ACQUISITION_SAMPLE, /* one more sample is in the stream */
    ACQUISITION_NEWS,   /* perhaps with a sample; something happened that the host must know at once */
    ACQUISITION_ENDED,  /* there will be no more samples */
};

/* Begin a run of the stream. Returns FAULT_NONE, or the converter's fault; then no run has begun. */
uint8_t acquisition_start(struct acquisition *acquisition, uint8_t source);

/* Take the next sample, if there is one, or do the next step of a restart. */
enum acquisition_event acquisition_poll(struct acquisition *acquisition, struct stream *stream, struct link *link);

/* Stop the conversion. */
void acquisition_stop(struct acquisition *acquisition);

#endif
