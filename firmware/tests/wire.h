/* The host's end of the link, for tests on the host board: it sends frames, and decodes the answers. */
#ifndef WIRE_H
#define WIRE_H

#include "board.h"
#include "bytes.h"
#include "check.h"
#include "frame.h"
#include "host/host.h"

/* The decoded frames that were not read yet; no test has more of them at once. */
#define WIRE_FRAMES 256U

struct wire_frame {
    uint8_t type;
    uint16_t sequence;
    uint32_t length;
    uint8_t payload[FRAME_PAYLOAD_IN];
};

static struct wire_frame wire_frames[WIRE_FRAMES];
static uint32_t wire_count;

_Static_assert(FRAME_PAYLOAD_OUT <= FRAME_PAYLOAD_IN, "what goes out can be decoded as what comes in");

/* Send a frame whose payload is in memory of exactly its size. */
static inline void wire_send(uint8_t type, uint16_t sequence, const void *payload, uint32_t length)
{
    uint8_t *exact = exact_copy(payload, length), wire[FRAME_WIRE_BYTES(FRAME_PAYLOAD_IN)];
    const uint32_t count = frame_encode(wire, type, sequence, exact, length);
    CHECK(host_feed(wire, count) == count);
    free(exact);
}

/* Decode all answers; returns the number of frames. */
static inline uint32_t wire_take(void)
{
    static uint8_t bytes[HOST_SEND_BYTES];
    static struct frame_decoder decoder;
    const uint32_t count = host_drain(bytes, sizeof bytes);
    frame_decoder_reset(&decoder);
    wire_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const enum frame_event event = frame_decode(&decoder, bytes[i]);
        CHECK(event != FRAME_CORRUPT);
        if (event == FRAME_READY) {
            CHECK(wire_count < WIRE_FRAMES);
            struct wire_frame *frame = &wire_frames[wire_count++];
            frame->type = decoder.type;
            frame->sequence = decoder.sequence;
            frame->length = decoder.length;
            memcpy(frame->payload, decoder.payload, decoder.length);
        }
    }
    return wire_count;
}

/* The number of frames of a type among those decoded last. */
static inline uint32_t wire_of_type(uint8_t type)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < wire_count; i++) {
        found += wire_frames[i].type == type;
    }
    return found;
}

/* Whether frame `i` is that ERROR. */
static inline bool wire_is_error(uint32_t i, uint8_t code, uint16_t sequence, uint32_t detail)
{
    const struct protocol_error error = protocol_unpack_error(wire_frames[i].payload);
    return i < wire_count && wire_frames[i].type == MESSAGE_ERROR && wire_frames[i].length == PAYLOAD_ERROR
        && error.code == code && error.sequence == sequence && error.detail == detail;
}

#endif
