/* The earbud's end of a session: commands in, STATUS out, and the state between them. spec/messages.py is the definition.
 *
 *               CONFIGURE              START              STOP
 *      IDLE ----------------> CONFIGURED -----> RUNNING -------> STOPPING
 *        ^                        ^                |                ^ |
 *        |                        |                |_ converter lost _| |
 *        |                        |______ all owed has been sent ______|
 *        |__ HELLO of another session, from any state
 *
 * A frame is refused as a whole or acted upon as a whole. HELLO, START, STOP and QUERY may come again at any time, for
 * their answer may have been lost: what they ask for happens once. */
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

    uint8_t self_test;      /* FAULT_, of this boot */
    uint8_t state;          /* STATE_ */
    uint8_t source;         /* SOURCE_, as configured */
    uint16_t taps;          /* TAP_, as configured */
    uint32_t credit;        /* first sample that may not be sent yet, as last announced */
    uint32_t row, rows;     /* of the SAMPLES in the decoder: the next to take, and how many */
    bool status_due;        /* a STATUS is owed */
};

/* Boot: test the kernel, and say HELLO unasked, so that the host learns of a reset. */
void session_boot(struct session *session);

/* Do the next bit of work: send a frame, take a sample, read up to one frame. Returns whether there was any. */
bool session_poll(struct session *session);

#endif
