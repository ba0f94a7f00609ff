/* The tokenizer kernel: converter codes to tokens, bit for bit as spec/golden.py defines.
 *
 *     codes      int24, DESIGN_RATE_HZ
 *       | symmetric FIR, one output every DESIGN_FACTOR samples
 *     decimated  int32, a code with guard bits
 *       | minus a band-pass section (DESIGN_NOTCH)
 *     notched    int32, same format
 *       | two delta sections for each band
 *     bands      int32, a code with more guard bits
 *       | rounding shift, saturate
 *     tokens     int16, collected into patches of DESIGN_PATCH
 *
 * No heap, no recursion; every loop is bounded by a constant of the design. The caller owns the state. */
#ifndef TOKENIZER_H
#define TOKENIZER_H

#include <stdbool.h>
#include <stdint.h>

#include "design.h"

/* The FIR processes blocks of codes, in a ring of as many whole blocks as its taps need. */
#define TOKENIZER_BLOCK 16U
#define TOKENIZER_RING ((DESIGN_TAPS + TOKENIZER_BLOCK - 1U) / TOKENIZER_BLOCK * TOKENIZER_BLOCK)

/* State of one delta section. The input history of a band's second section is the first section's outputs. */
struct tokenizer_section {
    int32_t y1, y2;   /* the last two outputs, newest first */
    uint32_t e1, e2;  /* the bits that the outputs' shifts dropped, Q0.DESIGN_ERROR_BITS */
};

struct tokenizer_patch {
    int16_t values[DESIGN_CHANNELS][DESIGN_BANDS][DESIGN_PATCH];
};

struct tokenizer {
    /* The filter's window, a ring with a copy of its first codes at its end, so that any block in it is contiguous. */
    int32_t line[DESIGN_CHANNELS][TOKENIZER_RING + TOKENIZER_BLOCK - 1];
    uint32_t oldest;  /* 0 .. TOKENIZER_RING - 1: place of the oldest code, which the next one overwrites */
    uint32_t phase;   /* 0 .. DESIGN_FACTOR - 1: samples since the last tick */
    bool primed;      /* the ring has the codes of the first sample or later ones */
    bool ticked;      /* the input histories below have the samples of the first tick or later ones */

    int32_t decimated1[DESIGN_CHANNELS], decimated2[DESIGN_CHANNELS];
    int32_t notched1[DESIGN_CHANNELS], notched2[DESIGN_CHANNELS];
    struct tokenizer_section notch[DESIGN_CHANNELS];
    struct tokenizer_section sections[DESIGN_CHANNELS][DESIGN_BANDS][2];

    /* Taps: the values of the last tick. */
    int32_t decimated[DESIGN_CHANNELS];
    int32_t notched[DESIGN_CHANNELS];
    int32_t bands[DESIGN_CHANNELS][DESIGN_BANDS];

    struct tokenizer_patch patches[2];  /* one fills while the other is read */
    uint32_t filling;                   /* 0 or 1 */
    uint32_t filled;                    /* 0 .. DESIGN_PATCH - 1: samples in the patch that is being filled */

    /* Counters since reset; they wrap. */
    uint32_t ticks;
    uint32_t patches_done;
    uint32_t saturated_inputs;  /* decimated or notched samples that saturated */
    uint32_t saturated_bands;
    uint32_t saturated_tokens;
};

/* Reset the state: the next sample is the first. */
void tokenizer_reset(struct tokenizer *tokenizer);

/* Take one sample: codes[DESIGN_CHANNELS], each within int24. Returns whether a tick was computed. */
bool tokenizer_push(struct tokenizer *tokenizer, const int32_t *codes);

/* Whether the next sample completes a patch; the patch that tokenizer_patch returns now is then no longer valid. */
bool tokenizer_completes_patch(const struct tokenizer *tokenizer);

/* The last completed patch, number patches_done - 1. */
const struct tokenizer_patch *tokenizer_patch(const struct tokenizer *tokenizer);

#endif
