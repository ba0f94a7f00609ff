/* Samples from a converter into the stream, while a run goes on.
 *
 * After a fault of the converter no sample can follow the last: how many are missing is not known. So what is owed of the
 * run is sent, the converter is started anew, and with its first sample the next run begins. A converter that has been
 * started ACQUISITION_ATTEMPTS times and has given no sample ends the run.
 *
 * The host's own samples come without a converter: of SOURCE_INJECTED a start succeeds and a poll finds nothing. */
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
    bool broken;            /* no sample can follow the last; the converter is to be started anew */
    uint8_t attempts;       /* to do so, since the last sample */

    /* Since acquisition_start. */
    uint8_t fault;          /* FAULT_, the last */
    uint16_t restarts;      /* attempts in all */
    uint8_t lead_off_p, lead_off_n; /* with the last sample: see ads1299.h */
};

enum acquisition_event {
    ACQUISITION_NOTHING,
    ACQUISITION_SAMPLE, /* one more is in the stream */
    ACQUISITION_NEWS,   /* as it may be; something happened that the host wants to know at once */
    ACQUISITION_ENDED,  /* no more samples will come */
};

/* Begin with a run of the stream. Returns FAULT_NONE, or what is wrong with the converter; then nothing has begun. */
uint8_t acquisition_start(struct acquisition *acquisition, uint8_t source);

/* Take the next sample, if there is one, or the next step of starting anew. */
enum acquisition_event acquisition_poll(struct acquisition *acquisition, struct stream *stream, struct link *link);

/* End conversions. */
void acquisition_stop(struct acquisition *acquisition);

#endif
