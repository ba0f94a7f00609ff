/* The earbud's end of the link: commands in, tokens out. spec/messages.py is the definition.
 *
 *               CONFIGURE              START
 *      IDLE ----------------> CONFIGURED ----------------> RUNNING    SAMPLES in, TOKENS and STATUS out
 *        ^                      ^   ^____________________________|
 *        |______________________|____________ HELLO _____________|    STOP
 *
 * Everything that comes in is taken from the board byte by byte and only when there is room for the answer, so a slow
 * receiver holds up the sender: through the credit, which moves on only with samples that the tokenizer has taken.
 *
 * A frame is refused as a whole or acted upon as a whole. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "tokenizer.h"

/* Samples that may be on their way unacknowledged. */
#define LINK_CREDIT_SAMPLES (DESIGN_CREDIT_FRAMES * DESIGN_SAMPLES_PER_FRAME)

/* What a board must be able to store while the link is busy: the whole credit, even if each sample has a frame of its
 * own, and a command behind it. And room for the longest frame to go out. */
#define LINK_RECEIVE_BYTES \
    (LINK_CREDIT_SAMPLES * FRAME_WIRE_BYTES(PAYLOAD_SAMPLES_HEADER + FRAME_ROW_BYTES) \
     + FRAME_WIRE_BYTES(PAYLOAD_CONFIGURE))
#define LINK_SEND_BYTES FRAME_WIRE_BYTES(FRAME_PAYLOAD_OUT)

struct link {
    struct tokenizer tokenizer;
    struct frame_decoder decoder;

    uint8_t state;           /* STATE_ */
    uint16_t emitted_taps;   /* TAP_, as configured */
    bool numbered;           /* a frame has come since boot, so the next one's number is known */
    uint16_t sequence_in;    /* expected of the next frame */
    uint16_t sequence_out;   /* of the next frame sent */
    uint32_t corrupt;        /* frames that did not decode, since boot */

    uint32_t received;       /* samples taken since START */
    uint32_t credit;         /* first sample that may not be sent yet, as last announced */
    uint64_t tick_clocks;    /* core clocks in the tokenizer since START */
    uint32_t tick_clocks_max;

    uint32_t row, rows;      /* of the SAMPLES frame in the decoder: the next to take, and how many */
    uint32_t tokens_sent;    /* of the last patch: 0 .. LINK_PATCH_TOKENS */
    bool status_due;         /* a STATUS is owed */
    bool stopping;           /* and is to follow the last token */
};

/* Boot: state IDLE, nothing received. */
void link_reset(struct link *link);

/* Say HELLO unasked, so that the host learns of a reset. */
void link_announce(struct link *link);

/* Do the next bit of work: send one frame, take one sample, or read up to one frame. Returns whether there was any. */
bool link_poll(struct link *link);

#endif
