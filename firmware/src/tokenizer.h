/* The tokenizer kernel: converter codes to tokens, bit for bit what spec/golden.py defines.
 *
 *     codes      int24, DESIGN_RATE_HZ
 *       | symmetric FIR, one output every DESIGN_FACTOR samples
 *     decimated  int32, a code with guard bits
 *       | minus a band-pass section (DESIGN_NOTCH)
 *     notched    int32, same format
 *       | two delta sections a band
 *     bands      int32, a code with more guard bits
 *       | rounding shift, saturate
 *     tokens     int16, gathered into patches of DESIGN_PATCH
 *
 * No heap, no recursion; every loop is bounded by a constant of the design. The caller owns the state. */
#ifndef TOKENIZER_H
#define TOKENIZER_H

#include <stdbool.h>
#include <stdint.h>

#include "design.h"

/* The FIR works by blocks of codes, over a ring of as many whole blocks as its taps need. */
#define TOKENIZER_BLOCK 16U
#define TOKENIZER_RING ((DESIGN_TAPS + TOKENIZER_BLOCK - 1U) / TOKENIZER_BLOCK * TOKENIZER_BLOCK)

/* State of one delta section. The second section of a band finds its input history in the first one's outputs. */
struct tokenizer_section {
    int32_t y1, y2;   /* the last two outputs, newest first */
    uint32_t e1, e2;  /* the bits that their shifts dropped, Q0.DESIGN_ERROR_BITS */
};

struct tokenizer_patch {
    int16_t values[DESIGN_CHANNELS][DESIGN_BANDS][DESIGN_PATCH];
};

struct tokenizer {
    /* The filter's window, a ring, whose first codes stand at its end again: any block in it is contiguous. */
    int32_t line[DESIGN_CHANNELS][TOKENIZER_RING + TOKENIZER_BLOCK - 1];
    uint32_t oldest;  /* 0 .. TOKENIZER_RING - 1: where the oldest code is, and the next one goes */
    uint32_t phase;   /* 0 .. DESIGN_FACTOR - 1: samples since the last tick */
    bool primed;      /* the line holds the first sample's codes or later ones */
    bool ticked;      /* the input histories below hold the first tick's samples or later ones */

    int32_t decimated1[DESIGN_CHANNELS], decimated2[DESIGN_CHANNELS];
    int32_t notched1[DESIGN_CHANNELS], notched2[DESIGN_CHANNELS];
    struct tokenizer_section notch[DESIGN_CHANNELS];
    struct tokenizer_section sections[DESIGN_CHANNELS][DESIGN_BANDS][2];

    /* Taps: what the last tick brought forth. */
    int32_t decimated[DESIGN_CHANNELS];
    int32_t notched[DESIGN_CHANNELS];
    int32_t bands[DESIGN_CHANNELS][DESIGN_BANDS];

    struct tokenizer_patch patches[2];  /* one fills while the other is read */
    uint32_t filling;                   /* 0 or 1 */
    uint32_t filled;                    /* 0 .. DESIGN_PATCH - 1: samples in the patch that fills */

    /* Counters since reset; they wrap. */
    uint32_t ticks;
    uint32_t patches_done;
    uint32_t saturated_inputs;  /* decimated or notched samples that hit the rails */
    uint32_t saturated_bands;
    uint32_t saturated_tokens;
};

/* Forget everything: the next sample is the first. */
void tokenizer_reset(struct tokenizer *tokenizer);

/* Take one sample instant: codes[DESIGN_CHANNELS], each within int24. Returns whether a tick ran. */
bool tokenizer_push(struct tokenizer *tokenizer, const int32_t *codes);

/* Whether the next sample completes a patch, which ends the life of the one that tokenizer_patch returns. */
bool tokenizer_completes_patch(const struct tokenizer *tokenizer);

/* The patch completed last; number patches_done - 1. */
const struct tokenizer_patch *tokenizer_patch(const struct tokenizer *tokenizer);

#endif
