/* A run: samples through the tokenizer, and what is made of them to the host, at the taps that were asked for.
 *
 *     CODES    samples as they were taken, DESIGN_CODES_PER_FRAME a frame
 *     TICK     after each tick: decimated and notched samples of all channels, band samples channel by channel
 *     TOKENS   after each patch: a frame for each channel and band
 *
 * What is owed is sent frame by frame from where it lies, in the tokenizer or in `block`. A sample that would overwrite
 * what is still owed has to wait, if it can: the host's can, a converter's cannot, and the frames in its way are given up. */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "tokenizer.h"

struct stream {
    struct tokenizer tokenizer;

    uint16_t run;               /* its number */
    uint16_t taps;              /* TAP_, what is emitted */
    uint32_t first;             /* index of its first sample */
    uint32_t received;          /* of the next */
    uint64_t tick_clocks;       /* core clocks in the tokenizer's ticks */
    uint32_t tick_clocks_max;

    uint8_t block[FRAME_ROW_BYTES * DESIGN_CODES_PER_FRAME]; /* of CODES, as they go on the wire */
    uint32_t block_rows;        /* samples there */
    bool finishing;             /* a block is owed even when it is not full */
    uint32_t ticks_sent;        /* TICK frames of the last tick: 0 .. 2 + DESIGN_CHANNELS */
    uint32_t tokens_sent;       /* of the last patch: 0 .. DESIGN_CHANNELS * DESIGN_BANDS */
};

/* Begin a run, with sample `first`: the tokenizer knows nothing of what came before, and nothing is owed. At boot it is
 * run 0 with nothing to emit, to which no sample comes. */
void stream_start(struct stream *stream, uint16_t run, uint32_t first, uint16_t taps);

/* No more samples come: owe what is left of a block. */
void stream_finish(struct stream *stream);

/* Give up all that is owed, unsent and unnumbered. */
void stream_abandon(struct stream *stream);

/* Whether anything is owed to the host. */
bool stream_owes(const struct stream *stream);

/* Whether the next sample overwrites nothing that is owed. */
bool stream_ready(const struct stream *stream);

/* Take one sample instant, codes[DESIGN_CHANNELS], when ready. */
void stream_take(struct stream *stream, const int32_t *codes);

/* Take one sample instant that cannot wait: frames in its way are passed over, and their numbers tell the host. */
void stream_take_now(struct stream *stream, struct link *link, const int32_t *codes);

/* Send the next frame that is owed, if any; returns whether there was. There must be room. */
bool stream_emit(struct stream *stream, struct link *link);

#endif
