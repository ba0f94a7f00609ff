/* A run: samples are processed by the tokenizer, and the values of the requested taps are sent to the host.
 *
 *     CODES    samples as they were received, DESIGN_CODES_PER_FRAME per frame
 *     TICK     after each tick: decimated and notched samples of all channels, band samples channel by channel
 *     TOKENS   after each patch: a frame for each channel and band
 *
 * Pending frames are sent one by one from their data, in the tokenizer or in `block`. A sample that would overwrite these
 * data has to wait, if it can: the host's samples can; a converter's cannot, and the pending frames are dropped. */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "tokenizer.h"

struct stream {
    struct tokenizer tokenizer;

    uint16_t run;               /* its number */
    uint16_t taps;              /* TAP_ of the frames to send */
    uint32_t first;             /* index of its first sample */
    uint32_t received;          /* index of the next */
    uint64_t tick_clocks;       /* core clocks in the tokenizer's ticks */
    uint32_t tick_clocks_max;

    uint8_t block[FRAME_ROW_BYTES * DESIGN_CODES_PER_FRAME]; /* of CODES, in the format of the wire */
    uint32_t block_rows;        /* samples in `block` */
    bool finishing;             /* a block is sent even if it is not full */
    uint32_t ticks_sent;        /* done TICK frames of the last tick: 0 .. 2 + DESIGN_CHANNELS */
    uint32_t tokens_sent;       /* done frames of the last patch: 0 .. DESIGN_CHANNELS * DESIGN_BANDS */
};

/* Begin a run with sample `first`: the tokenizer is reset, and no frame is pending. At boot it is run 0, which has no taps
 * and no samples. */
void stream_start(struct stream *stream, uint16_t run, uint32_t first, uint16_t taps);

/* End the samples: the rest of a block becomes pending. */
void stream_finish(struct stream *stream);

/* Drop all pending frames, without numbers for them. */
void stream_abandon(struct stream *stream);

/* Whether any frame is pending. */
bool stream_owes(const struct stream *stream);

/* Whether the next sample overwrites no data of pending frames. */
bool stream_ready(const struct stream *stream);

/* Take one sample, codes[DESIGN_CHANNELS], when ready. */
void stream_take(struct stream *stream, const int32_t *codes);

/* Take one sample that cannot wait: pending frames in its way are skipped, which the host sees by their numbers. */
void stream_take_now(struct stream *stream, struct link *link, const int32_t *codes);

/* Send the next pending frame, if any; returns whether there was one. There must be room. */
bool stream_emit(struct stream *stream, struct link *link);

#endif
