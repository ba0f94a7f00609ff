/* The earbud's end of a session: commands in, STATUS out, and the state between them. spec/messages.py is the definition.
 *
 *               CONFIGURE              START              STOP
 *      IDLE ----------------> CONFIGURED -----> RUNNING -------> STOPPING
 *        ^                        ^                |                ^ |
 *        |                        |                |_ converter lost _| |
 *        |                        |______ no frame is pending _________|
 *        |__ HELLO of another session, from any state
 *
 * A frame is refused as a whole or processed as a whole. The host may repeat HELLO, START, STOP and QUERY at any time,
 * because their answer may be lost; a repeated command has no second effect. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "acquisition.h"
#include "link.h"
#include "stream.h"

#define SESSION_TAPS (TAP_CODES | TAP_DECIMATED | TAP_NOTCHED | TAP_BANDS | TAP_TOKENS)
#define SESSION_SOURCES (SOURCE_INJECTED | SOURCE_SPI | SOURCE_BRIDGE)

struct session {
    struct link link;
    struct stream stream;
    struct acquisition acquisition;

    uint8_t self_test;      /* FAULT_ of this boot's self-test */
    uint8_t state;          /* STATE_ */
    uint8_t source;         /* SOURCE_, as configured */
    uint16_t taps;          /* TAP_, as configured */
    uint32_t credit;        /* first sample that the host must not send yet, as last reported */
    uint32_t row, rows;     /* of the SAMPLES in the decoder: the next row, and their number */
    bool status_due;        /* a STATUS must be sent */
};

/* Boot: test the kernel, and send HELLO without a request, so that the host notices a reset. */
void session_boot(struct session *session);

/* Do the next piece of work: send a frame, take a sample, read up to one frame. Returns whether there was any. */
bool session_poll(struct session *session);

#endif
