#include "link.h"

#include <string.h>

#include "board.h"

void link_reset(struct link *link)
{
    memset(link, 0, sizeof *link);
    frame_decoder_reset(&link->decoder);
}

bool link_has_room(void)
{
    return board_send_room() >= LINK_SEND_BYTES;
}

void link_send(struct link *link, uint8_t type, const uint8_t *payload, uint32_t length)
{
    board_send(link->wire, frame_encode(link->wire, type, (uint16_t)link->frames_out, payload, length));
    link->frames_out++;
}

void link_skip(struct link *link)
{
    link->frames_out++;
}

void link_send_error(struct link *link, uint8_t code, uint16_t sequence, uint32_t detail)
{
    const struct protocol_error error = {.code = code, .sequence = sequence, .detail = detail};
    uint8_t payload[PAYLOAD_ERROR];
    protocol_pack_error(payload, &error);
    link_send(link, MESSAGE_ERROR, payload, sizeof payload);
}

static bool opens_session(const struct link *link)
{
    const struct frame_decoder *frame = &link->decoder;
    return frame->type == MESSAGE_HELLO && frame->length == PAYLOAD_OPENING
        && protocol_unpack_opening(frame->payload).session != link->session;
}

static enum link_event judge_number(struct link *link)
{
    const uint16_t sequence = link->decoder.sequence;
    const uint16_t ahead = (uint16_t)(sequence - link->expected);
    const bool opens = opens_session(link);
    if (link->numbered && !opens && ahead != 0) {
        if (ahead >= 0x8000U) {
            link->stale_in++;
            return LINK_DROPPED;
        }
        link->missing_in += ahead;
        link_send_error(link, ERROR_LOST, link->expected, ahead);
    }
    link->numbered = true;
    link->expected = (uint16_t)(sequence + 1U);
    link->frames_in++;
    if (opens) {
        link->session = protocol_unpack_opening(link->decoder.payload).session;
    }
    return opens ? LINK_OPENED : LINK_FRAME;
}

enum link_event link_receive(struct link *link)
{
    uint8_t byte;
    while (board_receive(&byte)) {
        switch (frame_decode(&link->decoder, byte)) {
        case FRAME_READY:
            return judge_number(link);
        case FRAME_CORRUPT:
            link->corrupt_in++;
            link_send_error(link, ERROR_CORRUPT, link->expected, link->corrupt_in);
            return LINK_DROPPED;
        case FRAME_NOTHING:
            break;
        }
    }
    return LINK_NOTHING;
}
