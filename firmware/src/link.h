/* Frames in and out, with their numbers: what was lost, doubled, late or damaged on the way is found out here, counted
 * and told to the host, so that nothing else needs to know that a line has faults.
 *
 * Of a frame that comes in, the number is judged against the one expected, modulo 2^16:
 *
 *     expected   taken
 *     ahead      taken; those between never came: the host is told with LOST, once
 *     behind     came before, or late: dropped
 *
 * A HELLO of another session than the last begins the numbering anew, as does the first frame after boot. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* Samples that may be on their way unacknowledged. */
#define LINK_CREDIT_SAMPLES (DESIGN_CREDIT_FRAMES * DESIGN_SAMPLES_PER_FRAME)

/* What a board must be able to store while the link is busy: the whole credit, even if each sample has a frame of its
 * own, and a command behind it. And room for the longest frame to go out, with a notice before it. */
#define LINK_RECEIVE_BYTES \
    (LINK_CREDIT_SAMPLES * FRAME_WIRE_BYTES(PAYLOAD_SAMPLES_HEADER + FRAME_ROW_BYTES) \
     + FRAME_WIRE_BYTES(PAYLOAD_CONFIGURE))
#define LINK_FRAME_BYTES FRAME_WIRE_BYTES(FRAME_PAYLOAD_OUT)
#define LINK_SEND_BYTES (LINK_FRAME_BYTES + FRAME_WIRE_BYTES(PAYLOAD_ERROR))

enum link_event {
    LINK_NOTHING, /* no frame has come to its end */
    LINK_DROPPED, /* one has, and was of no use */
    LINK_FRAME,   /* `decoder` holds one, to be acted upon before the next is read */
    LINK_OPENED,  /* likewise: a HELLO, with which a session begins */
};

struct link {
    struct frame_decoder decoder;

    uint8_t wire[LINK_FRAME_BYTES]; /* the frame that is being sent, as it goes over the line */

    uint32_t session;       /* as the host numbered it; 0 before it did */
    bool numbered;          /* a frame has come since boot, so the next one's number is known */
    uint16_t expected;      /* number of the next frame in */

    /* Since boot; they wrap. */
    uint32_t frames_out;    /* sent or passed over; modulo 2^16 the number of the next */
    uint32_t frames_in;
    uint32_t missing_in;    /* numbers that never came */
    uint32_t stale_in;      /* frames that came late or twice */
    uint32_t corrupt_in;    /* frames that did not decode */
};

/* Boot: no session. */
void link_reset(struct link *link);

/* Whether a read, or a frame to be sent, finds room for all that it may put out. */
bool link_has_room(void);

/* Send a frame of at most FRAME_PAYLOAD_OUT bytes of payload. There must be room. */
void link_send(struct link *link, uint8_t type, const uint8_t *payload, uint32_t length);

/* Pass over a number: a frame that is not sent shows to the host as lost. */
void link_skip(struct link *link);

/* Send an ERROR. */
void link_send_error(struct link *link, uint8_t code, uint16_t sequence, uint32_t detail);

/* Read what has come, up to the end of one frame. There must be room. */
enum link_event link_receive(struct link *link);

#endif
