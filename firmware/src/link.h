/* Frames in and out, with their numbers. This module detects lost, repeated, late and damaged frames, counts them and
 * reports them to the host, so that no other module has to handle faults of the line.
 *
 * The number of a received frame is compared with the expected number, modulo 2^16:
 *
 *     equal      accepted
 *     ahead      accepted; the frames between are lost: the host gets LOST, once
 *     behind     repeated or late: dropped
 *
 * A HELLO of a new session restarts the numbering, as does the first frame after boot. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* The number of samples that the host may send without an acknowledgement. */
#define LINK_CREDIT_SAMPLES (DESIGN_CREDIT_FRAMES * DESIGN_SAMPLES_PER_FRAME)

/* The bytes that a board must be able to store while the link is busy: the whole credit, even if each sample has a separate
 * frame, and a command after it. And the room for sending the longest frame with a notice before it. */
#define LINK_RECEIVE_BYTES \
    (LINK_CREDIT_SAMPLES * FRAME_WIRE_BYTES(PAYLOAD_SAMPLES_HEADER + FRAME_ROW_BYTES) \
     + FRAME_WIRE_BYTES(PAYLOAD_CONFIGURE))
#define LINK_FRAME_BYTES FRAME_WIRE_BYTES(FRAME_PAYLOAD_OUT)
#define LINK_SEND_BYTES (LINK_FRAME_BYTES + FRAME_WIRE_BYTES(PAYLOAD_ERROR))

enum link_event {
    LINK_NOTHING, /* no frame is complete */
    LINK_DROPPED, /* a frame is complete, but was dropped */
    LINK_FRAME,   /* `decoder` has a frame, which must be processed before the next read */
    LINK_OPENED,  /* `decoder` has a HELLO that begins a session */
};

struct link {
    struct frame_decoder decoder;

    uint8_t wire[LINK_FRAME_BYTES]; /* the frame that is being sent, encoded */

    uint32_t session;       /* the host's number of it; 0 before the first */
    bool numbered;          /* a frame was received since boot, so the next number is known */
    uint16_t expected;      /* number of the next received frame */

    /* Counters since boot; they wrap. */
    uint32_t frames_out;    /* frames sent or skipped; modulo 2^16 the number of the next */
    uint32_t frames_in;
    uint32_t missing_in;    /* numbers that were not received */
    uint32_t stale_in;      /* frames that were late or repeated */
    uint32_t corrupt_in;    /* frames that did not decode */
};

/* Boot, without a session. */
void link_reset(struct link *link);

/* Whether there is room for all bytes that a read or the sending of a frame may send. */
bool link_has_room(void);

/* Send a frame of at most FRAME_PAYLOAD_OUT bytes of payload. There must be room. */
void link_send(struct link *link, uint8_t type, const uint8_t *payload, uint32_t length);

/* Skip a number: the host sees a frame that is not sent as lost. */
void link_skip(struct link *link);

/* Send an ERROR. */
void link_send_error(struct link *link, uint8_t code, uint16_t sequence, uint32_t detail);

/* Read the received bytes, up to the end of one frame. There must be room. */
enum link_event link_receive(struct link *link);

#endif
