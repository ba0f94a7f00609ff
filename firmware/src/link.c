#include "link.h"

#include <string.h>

#include "board.h"
#include "bytes.h"

#define PATCH_TOKENS ((uint32_t)DESIGN_CHANNELS * DESIGN_BANDS)
#define HASH_BYTES 32U
#define SUPPORTED_TAPS TAP_TOKENS

#ifndef BUILD_ID
#error "BUILD_ID: eight bytes that name this build; firmware/build.py gives them"
#endif

static const uint8_t design_hash[HASH_BYTES] = DESIGN_HASH_BYTES;
static const uint8_t build_id[8] = BUILD_ID;

void link_reset(struct link *link)
{
    memset(link, 0, sizeof *link);
    frame_decoder_reset(&link->decoder);
    tokenizer_reset(&link->tokenizer);
    link->tokens_sent = PATCH_TOKENS;
}

/* ---- Out ---- */

static void send(struct link *link, uint8_t type, const uint8_t *payload, uint32_t length)
{
    static uint8_t wire[LINK_SEND_BYTES];
    board_send(wire, frame_encode(wire, type, link->sequence_out, payload, length));
    link->sequence_out++;
}

void link_announce(struct link *link)
{
    const struct board_identity *identity = board_identity();
    uint8_t payload[PAYLOAD_HELLO], *end = payload;
    end = bytes_put(end, PROTOCOL_VERSION, 1);
    memcpy(end, design_hash, sizeof design_hash);
    end += sizeof design_hash;
    memcpy(end, build_id, sizeof build_id);
    end += sizeof build_id;
    memcpy(end, identity->serial, BOARD_SERIAL_BYTES);
    end += BOARD_SERIAL_BYTES;
    end = bytes_put(end, SUPPORTED_TAPS, 2);
    end = bytes_put(end, DESIGN_CHANNELS, 1);
    end = bytes_put(end, DESIGN_BANDS, 1);
    end = bytes_put(end, DESIGN_PATCH, 1);
    end = bytes_put(end, DESIGN_SAMPLES_PER_FRAME, 1);
    end = bytes_put(end, DESIGN_CREDIT_FRAMES, 1);
    bytes_put(end, identity->boots, 2);
    send(link, MESSAGE_HELLO, payload, sizeof payload);
}

static void send_status(struct link *link)
{
    uint8_t payload[PAYLOAD_STATUS], *end = payload;
    link->credit = link->received + LINK_CREDIT_SAMPLES;
    end = bytes_put(end, link->state, 1);
    end = bytes_put(end, link->credit, 4);
    end = bytes_put(end, link->received, 4);
    end = bytes_put(end, link->tokenizer.ticks, 4);
    end = bytes_put(end, link->tick_clocks, 8);
    end = bytes_put(end, link->tick_clocks_max, 4);
    end = bytes_put(end, link->tokenizer.saturated_tokens, 4);
    bytes_put(end, link->corrupt, 4);
    send(link, MESSAGE_STATUS, payload, sizeof payload);
}

static void send_error(struct link *link, uint8_t code, uint16_t sequence, uint32_t detail)
{
    uint8_t payload[PAYLOAD_ERROR];
    bytes_put(bytes_put(bytes_put(payload, code, 1), sequence, 2), detail, 4);
    send(link, MESSAGE_ERROR, payload, sizeof payload);
}

static void send_token(struct link *link)
{
    const uint32_t channel = link->tokens_sent / DESIGN_BANDS, band = link->tokens_sent % DESIGN_BANDS;
    const int16_t *values = tokenizer_patch(&link->tokenizer)->values[channel][band];
    uint8_t payload[FRAME_TOKENS_BYTES], *end = payload;
    end = bytes_put(end, link->tokenizer.patches_done - 1, 4);
    end = bytes_put(end, channel, 1);
    end = bytes_put(end, band, 1);
    for (uint32_t i = 0; i < DESIGN_PATCH; i++) {
        end = bytes_put(end, (uint16_t)values[i], 2);
    }
    send(link, MESSAGE_TOKENS, payload, sizeof payload);
    link->tokens_sent++;
}

/* ---- In: one function a command. What it returns is the ERROR to answer with, or 0. ---- */

static uint8_t on_hello(struct link *link)
{
    if (link->decoder.length != 0) {
        return ERROR_BAD_LENGTH;
    }
    link->state = STATE_IDLE;
    link->status_due = link->stopping = false;
    link->tokens_sent = PATCH_TOKENS;
    link_announce(link);
    return 0;
}

static uint8_t on_configure(struct link *link)
{
    if (link->decoder.length != PAYLOAD_CONFIGURE) {
        return ERROR_BAD_LENGTH;
    }
    if (link->state == STATE_RUNNING) {
        return ERROR_BAD_STATE;
    }
    if (memcmp(link->decoder.payload, design_hash, sizeof design_hash) != 0) {
        return ERROR_DESIGN_MISMATCH;
    }
    const uint16_t taps = bytes_get16(link->decoder.payload + sizeof design_hash);
    if ((taps & ~SUPPORTED_TAPS) != 0) {
        return ERROR_UNSUPPORTED;
    }
    link->emitted_taps = taps;
    link->state = STATE_CONFIGURED;
    link->status_due = true;
    return 0;
}

static uint8_t on_start(struct link *link)
{
    if (link->decoder.length != 0) {
        return ERROR_BAD_LENGTH;
    }
    if (link->state == STATE_IDLE) {
        return ERROR_BAD_STATE;
    }
    tokenizer_reset(&link->tokenizer);
    link->received = 0;
    link->tick_clocks = 0;
    link->tick_clocks_max = 0;
    link->tokens_sent = PATCH_TOKENS;
    link->stopping = false;
    link->state = STATE_RUNNING;
    link->status_due = true;
    return 0;
}

static uint8_t on_samples(struct link *link)
{
    const uint32_t length = link->decoder.length;
    if (length <= PAYLOAD_SAMPLES_HEADER || length > FRAME_SAMPLES_BYTES
        || (length - PAYLOAD_SAMPLES_HEADER) % FRAME_ROW_BYTES != 0) {
        return ERROR_BAD_LENGTH;
    }
    if (link->state != STATE_RUNNING) {
        return ERROR_BAD_STATE;
    }
    const uint32_t rows = (length - PAYLOAD_SAMPLES_HEADER) / FRAME_ROW_BYTES;
    const int32_t ahead = (int32_t)(bytes_get32(link->decoder.payload) - link->received);
    if (ahead >= 0 && (uint32_t)ahead + rows > link->credit - link->received) {
        return ERROR_OVERRUN;
    }
    if (ahead != 0) {
        return ERROR_INDEX;
    }
    link->row = 0;
    link->rows = rows;
    return 0;
}

static uint8_t on_stop(struct link *link)
{
    if (link->decoder.length != 0) {
        return ERROR_BAD_LENGTH;
    }
    if (link->state != STATE_RUNNING) {
        return ERROR_BAD_STATE;
    }
    link->state = STATE_CONFIGURED;
    link->status_due = link->stopping = true;
    return 0;
}

static uint8_t on_message(struct link *link)
{
    switch (link->decoder.type) {
    case MESSAGE_HELLO: return on_hello(link);
    case MESSAGE_CONFIGURE: return on_configure(link);
    case MESSAGE_START: return on_start(link);
    case MESSAGE_SAMPLES: return on_samples(link);
    case MESSAGE_STOP: return on_stop(link);
    default: return ERROR_UNKNOWN_MESSAGE;
    }
}

static uint32_t error_detail(const struct link *link, uint8_t code)
{
    switch (code) {
    case ERROR_BAD_STATE: return link->state;
    case ERROR_BAD_LENGTH: return link->decoder.length;
    case ERROR_INDEX: return link->received;
    case ERROR_OVERRUN: return link->credit;
    case ERROR_UNKNOWN_MESSAGE: return link->decoder.type;
    case ERROR_UNSUPPORTED: return SUPPORTED_TAPS;
    default: return 0;
    }
}

/* A HELLO, or the first frame after boot, opens a numbering and is taken with whatever number it has; any other frame
 * must have the next one. After a gap the count goes on from the frame that showed it: what is missing is named once. */
static void on_frame(struct link *link)
{
    const uint16_t sequence = link->decoder.sequence, expected = link->sequence_in;
    const bool opens = link->decoder.type == MESSAGE_HELLO || !link->numbered;
    link->numbered = true;
    link->sequence_in = (uint16_t)(sequence + 1U);
    if (sequence != expected && !opens) {
        send_error(link, ERROR_SEQUENCE, sequence, expected);
        return;
    }
    const uint8_t code = on_message(link);
    if (code != 0) {
        send_error(link, code, sequence, error_detail(link, code));
    }
}

/* ---- Work ---- */

/* Give the next sample instant of the SAMPLES frame to the tokenizer. */
static void take_row(struct link *link)
{
    const uint8_t *bytes = link->decoder.payload + PAYLOAD_SAMPLES_HEADER + link->row * FRAME_ROW_BYTES;
    int32_t codes[DESIGN_CHANNELS];
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        codes[channel] = bytes_get_code(bytes + channel * PROTOCOL_SAMPLE_BYTES);
    }
    const bool completes = tokenizer_completes_patch(&link->tokenizer);
    const uint32_t before = board_clock();
    const bool ticked = tokenizer_push(&link->tokenizer, codes);
    const uint32_t clocks = board_clocks_since(before);
    if (ticked) {
        link->tick_clocks += clocks;
        link->tick_clocks_max = clocks > link->tick_clocks_max ? clocks : link->tick_clocks_max;
    }
    if (completes && (link->emitted_taps & TAP_TOKENS) != 0) {
        link->tokens_sent = 0;
    }
    link->received++;
    if (++link->row == link->rows) {
        link->row = link->rows = 0;
        link->status_due = true;
    }
}

/* Read up to the end of one frame. */
static bool read_frame(struct link *link)
{
    uint8_t byte;
    while (board_receive(&byte)) {
        switch (frame_decode(&link->decoder, byte)) {
        case FRAME_READY:
            on_frame(link);
            return true;
        case FRAME_CORRUPT:
            link->corrupt++;
            send_error(link, ERROR_CORRUPT, link->sequence_in, link->corrupt);
            return true;
        case FRAME_NOTHING:
            break;
        }
    }
    return false;
}

bool link_poll(struct link *link)
{
    const bool room = board_send_room() >= LINK_SEND_BYTES;
    const bool tokens_due = link->tokens_sent < PATCH_TOKENS;
    bool worked = false;
    if (room && link->status_due && !(link->stopping && tokens_due)) {
        link->status_due = link->stopping = false;
        send_status(link);
        worked = true;
    } else if (room && tokens_due) {
        send_token(link);
        worked = true;
    }
    if (link->rows > 0) {
        /* The patch that is being sent must not be overwritten. */
        if (!tokens_due || !tokenizer_completes_patch(&link->tokenizer)) {
            take_row(link);
            worked = true;
        }
    } else if (!link->status_due && board_send_room() >= LINK_SEND_BYTES) {
        worked = read_frame(link) || worked;
    }
    return worked;
}
