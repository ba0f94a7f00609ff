#include "stream.h"

#include <string.h>

#include "board.h"
#include "bytes.h"

#define PATCH_TOKENS ((uint32_t)DESIGN_CHANNELS * DESIGN_BANDS)
#define TICK_FRAMES (2U + DESIGN_CHANNELS) /* decimated, notched, and the bands of each channel */

enum owed { OWED_NOTHING, OWED_CODES, OWED_TICK, OWED_TOKENS };

static uint16_t tick_tap(uint32_t frame)
{
    return frame == 0 ? TAP_DECIMATED : frame == 1 ? TAP_NOTCHED : TAP_BANDS;
}

/* The first requested TICK frame at or after `frame`, or TICK_FRAMES. */
static uint32_t next_tick(const struct stream *stream, uint32_t frame)
{
    while (frame < TICK_FRAMES && (stream->taps & tick_tap(frame)) == 0) {
        frame++;
    }
    return frame;
}

static bool block_owed(const struct stream *stream)
{
    return stream->block_rows == DESIGN_CODES_PER_FRAME || (stream->finishing && stream->block_rows > 0);
}

/* The next pending frame: the one whose data are overwritten soonest. */
static enum owed next_owed(const struct stream *stream)
{
    if (block_owed(stream)) {
        return OWED_CODES;
    }
    if (stream->ticks_sent < TICK_FRAMES) {
        return OWED_TICK;
    }
    return stream->tokens_sent < PATCH_TOKENS ? OWED_TOKENS : OWED_NOTHING;
}

/* Count a frame as done, whether it was sent or not. */
static void pass(struct stream *stream, enum owed frame)
{
    if (frame == OWED_CODES) {
        stream->block_rows = 0;
    } else if (frame == OWED_TICK) {
        stream->ticks_sent = next_tick(stream, stream->ticks_sent + 1U);
    } else {
        stream->tokens_sent++;
    }
}

/* ---- Frames ---- */

static void send_codes(const struct stream *stream, struct link *link)
{
    const struct protocol_codes_header header = {
        .run = stream->run,
        .first = stream->received - stream->block_rows,
    };
    uint8_t payload[FRAME_CODES_BYTES];
    memcpy(protocol_pack_codes_header(payload, &header), stream->block, stream->block_rows * FRAME_ROW_BYTES);
    link_send(link, MESSAGE_CODES, payload, PAYLOAD_CODES_HEADER + stream->block_rows * FRAME_ROW_BYTES);
}

static void send_tick(const struct stream *stream, struct link *link)
{
    const struct tokenizer *t = &stream->tokenizer;
    const uint16_t tap = tick_tap(stream->ticks_sent);
    const uint32_t channel = tap == TAP_BANDS ? stream->ticks_sent - 2U : 0;
    const uint32_t count = tap == TAP_BANDS ? DESIGN_BANDS : DESIGN_CHANNELS;
    const int32_t *values = tap == TAP_DECIMATED ? t->decimated : tap == TAP_NOTCHED ? t->notched : t->bands[channel];
    const struct protocol_tick_header header = {
        .run = stream->run,
        .tick = t->ticks - 1U,
        .tap = (uint8_t)tap,
        .channel = (uint8_t)channel,
    };
    uint8_t payload[FRAME_TICK_BYTES], *end = protocol_pack_tick_header(payload, &header);
    for (uint32_t i = 0; i < count; i++) {
        end = bytes_put(end, (uint32_t)values[i], 4);
    }
    link_send(link, MESSAGE_TICK, payload, PAYLOAD_TICK_HEADER + 4U * count);
}

static void send_token(const struct stream *stream, struct link *link)
{
    const uint32_t channel = stream->tokens_sent / DESIGN_BANDS, band = stream->tokens_sent % DESIGN_BANDS;
    const int16_t *values = tokenizer_patch(&stream->tokenizer)->values[channel][band];
    const struct protocol_tokens_header header = {
        .run = stream->run,
        .patch_index = stream->tokenizer.patches_done - 1U,
        .channel = (uint8_t)channel,
        .band = (uint8_t)band,
    };
    uint8_t payload[FRAME_TOKENS_BYTES], *end = protocol_pack_tokens_header(payload, &header);
    for (uint32_t i = 0; i < DESIGN_PATCH; i++) {
        end = bytes_put(end, (uint16_t)values[i], 2);
    }
    link_send(link, MESSAGE_TOKENS, payload, sizeof payload);
}

/* ---- Public ---- */

void stream_start(struct stream *stream, uint16_t run, uint32_t first, uint16_t taps)
{
    tokenizer_reset(&stream->tokenizer);
    stream->run = run;
    stream->taps = taps;
    stream->first = first;
    stream->received = first;
    stream->tick_clocks = 0;
    stream->tick_clocks_max = 0;
    stream->finishing = false;
    stream_abandon(stream);
}

void stream_finish(struct stream *stream)
{
    stream->finishing = true;
}

void stream_abandon(struct stream *stream)
{
    stream->block_rows = 0;
    stream->ticks_sent = TICK_FRAMES;
    stream->tokens_sent = PATCH_TOKENS;
}

bool stream_owes(const struct stream *stream)
{
    return next_owed(stream) != OWED_NOTHING;
}

bool stream_ready(const struct stream *stream)
{
    const bool ticks = stream->tokenizer.phase == DESIGN_FACTOR - 1;
    return !block_owed(stream) && !(ticks && stream->ticks_sent < TICK_FRAMES)
        && !(stream->tokens_sent < PATCH_TOKENS && tokenizer_completes_patch(&stream->tokenizer));
}

void stream_take(struct stream *stream, const int32_t *codes)
{
    const bool completes = tokenizer_completes_patch(&stream->tokenizer);
    const uint32_t before = board_clock();
    const bool ticked = tokenizer_push(&stream->tokenizer, codes);
    const uint32_t clocks = board_clocks_since(before);
    stream->received++;
    if (ticked) {
        stream->tick_clocks += clocks;
        stream->tick_clocks_max = clocks > stream->tick_clocks_max ? clocks : stream->tick_clocks_max;
        stream->ticks_sent = next_tick(stream, 0);
    }
    if (completes && (stream->taps & TAP_TOKENS) != 0) {
        stream->tokens_sent = 0;
    }
    if ((stream->taps & TAP_CODES) != 0) {
        uint8_t *end = stream->block + stream->block_rows++ * FRAME_ROW_BYTES;
        for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
            end = bytes_put(end, (uint32_t)codes[channel], PROTOCOL_SAMPLE_BYTES);
        }
    }
}

void stream_take_now(struct stream *stream, struct link *link, const int32_t *codes)
{
    while (!stream_ready(stream)) {
        link_skip(link);
        pass(stream, next_owed(stream));
    }
    stream_take(stream, codes);
}

bool stream_emit(struct stream *stream, struct link *link)
{
    const enum owed frame = next_owed(stream);
    switch (frame) {
    case OWED_CODES: send_codes(stream, link); break;
    case OWED_TICK: send_tick(stream, link); break;
    case OWED_TOKENS: send_token(stream, link); break;
    case OWED_NOTHING: return false;
    }
    pass(stream, frame);
    return true;
}
