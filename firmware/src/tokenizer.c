#include "tokenizer.h"

#include <string.h>

/* Always inlined: the compiler must know the arguments that are constants of the design. */
#define INLINE static inline __attribute__((always_inline))
#define UNLIKELY(condition) __builtin_expect((condition) != 0, 0)

/* cppcheck-suppress shiftNegativeLHS ; this line asserts exactly that */
_Static_assert(-3 >> 1 == -2, "a right shift rounds down, which C leaves to the compiler");
_Static_assert(DESIGN_CHANNELS >= 1 && DESIGN_CHANNELS <= 8, "1 to 8 channels");
_Static_assert(DESIGN_BANDS >= 1 && DESIGN_BANDS <= 16, "1 to 16 bands: one bit each in a clipping mask");
_Static_assert(DESIGN_ERROR_BITS >= 1 && DESIGN_ERROR_BITS <= 16, "error feedback of 1 to 16 bits");
_Static_assert(DESIGN_DECIMATED_SHIFT >= 0 && DESIGN_NOTCH_SHIFT >= 0, "shifts go right");

/* The generated coefficients: a product with a mantissa is shifted right with floor, or left if the shift is negative. */
struct coefficients {
    int32_t highpass, sign, b, b_shift, d, d_shift, g, g_shift;
};

/* As many taps as the ring has codes: the taps beyond the filter's length are zeros. */
static const int32_t taps[TOKENIZER_RING] = DESIGN_TAP_VALUES;
static const struct coefficients band_sections[DESIGN_BANDS][2] = DESIGN_BAND_SECTIONS;
static const int32_t token_shifts[DESIGN_BANDS] = DESIGN_TOKEN_SHIFTS;
#if DESIGN_NOTCH
static const struct coefficients notch_section = DESIGN_NOTCH_SECTION;
#endif

/* The results that clipped, one bit each; `bit` is the bit of the current result. */
struct clips {
    uint32_t *mask, bit;
};

/* `wide`, saturated to int32. */
INLINE int32_t saturate(int64_t wide, struct clips clips)
{
    int32_t value = (int32_t)wide;
    if (UNLIKELY(value != wide)) {
        value = wide < 0 ? INT32_MIN : INT32_MAX;
        *clips.mask |= clips.bit;
    }
    return value;
}

/* Shift right by 0 .. 31, rounding halves up, within 32 bits. */
INLINE int32_t round_shift(int32_t value, int32_t shift)
{
    return shift == 0 ? value : (value >> shift) + ((value >> (shift - 1)) & 1);
}

/* ---- Sections ----
 *
 *     acc = floor(b N(x)) - floor(s d y1) - floor(g (s y1 - y2)) + 2 s e1 - e2
 *     y   = (acc >> E) + 2 s y1 - y2
 *
 * The accumulator has `guard` bits below acc's binary point, so that a product with a mantissa that is already shifted left
 * needs no alignment: SMLAL adds the whole product. Overwriting the guard bits takes its floor. Ones in the guard bits are
 * better than zeros: with ones below, adding -p and dropping the bits below again gives -floor(p). The arguments are
 * constants after inlining, so that everything that depends only on coefficients costs nothing. */

/* 2^guard times the weight of a mantissa in the accumulator. */
INLINE int64_t scaled(int32_t mantissa, int32_t shift, int32_t guard)
{
    return shift > guard ? 0 : (int64_t)mantissa * ((int64_t)1 << (guard - shift));
}

/* Whether 32-bit coefficients and the 64-bit sum cannot overflow for any 32-bit samples. A product that is aligned
 * separately, because its shift exceeds `guard`, is smaller than the scaled one, so the bound includes it. */
INLINE bool guard_fits(struct coefficients c, int32_t guard)
{
    const int64_t limit = INT32_MAX;
    const int64_t b = scaled(c.b, c.b_shift, guard), d = scaled(c.d, c.d_shift, guard);
    const int64_t g = scaled(c.g, c.g_shift, guard), y = (int64_t)2 << (DESIGN_ERROR_BITS + guard);
    const int64_t apart = (int64_t)1 << 20; /* mantissas have 18 bits at most */
    return guard >= 0 && guard <= 14 && (c.highpass ? 4 : 2) * b + d + 2 * g + 2 * y + apart < 2 * limit && b < limit / 2
        && d < limit && g < limit && y < limit;
}

/* The largest of the section's shifts that fits: products with a larger shift are aligned separately. */
INLINE int32_t guard_bits(struct coefficients c)
{
    int32_t guard = 0;
    guard = c.b_shift > guard && guard_fits(c, c.b_shift) ? c.b_shift : guard;
    guard = c.d_shift > guard && guard_fits(c, c.d_shift) ? c.d_shift : guard;
    guard = c.g_shift > guard && guard_fits(c, c.g_shift) ? c.g_shift : guard;
    return guard;
}

INLINE int64_t multiply(int64_t coefficient, int32_t sample)
{
    return (int64_t)(int32_t)coefficient * sample;
}

/* Do one step of a delta section; x1 and x2 are the inputs before x. */
INLINE int32_t section_step(struct tokenizer_section *state, struct coefficients c, int32_t x, int32_t x1, int32_t x2,
                            struct clips clips)
{
    const int32_t guard = guard_bits(c);
    const int64_t ones = ((int64_t)1 << guard) - 1;
    const int64_t b = scaled(c.b, c.b_shift, guard), d = scaled(c.d, c.d_shift, guard) * c.sign;
    const int64_t g = scaled(c.g, c.g_shift, guard), y_weight = (int64_t)1 << (DESIGN_ERROR_BITS + guard);
    const int32_t y1 = state->y1, y2 = state->y2;

    int64_t acc = (int64_t)(2 * c.sign * (int32_t)state->e1 - (int32_t)state->e2) * ((int64_t)1 << guard);
    if (c.b_shift <= guard) {
        acc += multiply(b, x);
        acc += multiply(c.highpass ? b : -b, x2);
        acc += c.highpass ? multiply(-2 * b, x1) : 0;
    } else {
        int64_t product = multiply(c.b, x);
        product += c.highpass ? multiply(c.b, x2) + multiply(-2 * c.b, x1) : multiply(-c.b, x2);
        acc += (product >> c.b_shift) * ((int64_t)1 << guard);
    }
    acc |= ones;
    if (c.d_shift <= guard) {
        acc += multiply(-d, y1);
        acc |= ones;
    } else {
        acc -= (multiply(c.d * c.sign, y1) >> c.d_shift) * ((int64_t)1 << guard);
    }
    if (c.g_shift <= guard) {
        acc += multiply(c.sign * (2 * y_weight - g), y1);
        acc += multiply(g - y_weight, y2);
    } else {
        const int64_t product = multiply(c.g * c.sign, y1) + multiply(-c.g, y2);
        acc -= (product >> c.g_shift) * ((int64_t)1 << guard);
        acc += multiply(2 * c.sign * y_weight, y1) + multiply(-y_weight, y2);
    }

    const int32_t y = saturate(acc >> (DESIGN_ERROR_BITS + guard), clips);
    state->y2 = y1;
    state->y1 = y;
    state->e2 = state->e1;
    state->e1 = (uint32_t)(acc >> guard) & ((1U << DESIGN_ERROR_BITS) - 1);
    return y;
}

/* ---- Steps of a tick ---- */

#ifdef __ARM_ARCH_7EM__
/* Add four products of codes and taps to the two halves of a sum, and advance both pointers. Loads dominate the FIR: with
 * LDM, which the compiler does not use here, four words are loaded at once: 1.6 instructions per tap on a Cortex-M4. R7 is
 * not used, because Thumb code may use it as frame pointer. The compiler writes the loop: four registers suffice. */
INLINE void multiply_four(uint32_t *low, uint32_t *high, const int32_t **code, const int32_t **tap)
{
    __asm__("ldmia %2!, {r4, r5, r6, r8}\n\t"
            "ldmia %3!, {r9, r10, r11, r12}\n\t"
            "smlal %0, %1, r4, r9\n\t"
            "smlal %0, %1, r5, r10\n\t"
            "smlal %0, %1, r6, r11\n\t"
            "smlal %0, %1, r8, r12\n\t"
            : "+r"(*low), "+r"(*high), "+r"(*code), "+r"(*tap)
            :
            : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "memory");
}
#endif

/* Add the products of `blocks` blocks of codes and taps to `total`, and advance both pointers. */
INLINE int64_t multiply_blocks(int64_t total, const int32_t **code, const int32_t **tap, uint32_t blocks)
{
#ifdef __ARM_ARCH_7EM__
    _Static_assert(TOKENIZER_BLOCK == 16, "four products four times");
    uint32_t low = (uint32_t)total, high = (uint32_t)((uint64_t)total >> 32); /* apart: GCC moves a pair in each turn */
    for (uint32_t left = blocks; left > 0; left--) {
        multiply_four(&low, &high, code, tap);
        multiply_four(&low, &high, code, tap);
        multiply_four(&low, &high, code, tap);
        multiply_four(&low, &high, code, tap);
    }
    total = (int64_t)((uint64_t)high << 32 | low);
#else
    for (uint32_t left = TOKENIZER_BLOCK * blocks; left > 0; left--) {
        total += (int64_t)*(*code)++ * *(*tap)++;
    }
#endif
    return total;
}

/* The FIR over a ring of codes, whose oldest is line[oldest]. It begins at the oldest code and goes around the ring once; a
 * block across the ring's end reads the copies of the first codes that are stored there. It is a separate function because
 * it uses all registers: inlined, it would make its caller spill them. */
static __attribute__((noinline)) int32_t decimate(const int32_t *line, uint32_t oldest, struct clips clips)
{
    const uint32_t first = (oldest + TOKENIZER_RING - DESIGN_TAPS) % TOKENIZER_RING;
    const uint32_t blocks = TOKENIZER_RING / TOKENIZER_BLOCK;
    const uint32_t straight = (TOKENIZER_RING - first + TOKENIZER_BLOCK - 1) / TOKENIZER_BLOCK;
    const int32_t *code = line + first, *tap = taps;
    int64_t total = ((int64_t)1 << DESIGN_DECIMATED_SHIFT) >> 1; /* the sum has 24 + 18 + 8 bits */
    total = multiply_blocks(total, &code, &tap, straight);
    code -= TOKENIZER_RING;
    total = multiply_blocks(total, &code, &tap, blocks - straight);
    return saturate(total >> DESIGN_DECIMATED_SHIFT, clips);
}

/* Subtract the mains hum. */
INLINE int32_t remove_hum(struct tokenizer *t, uint32_t channel, int32_t x, struct clips clips)
{
#if DESIGN_NOTCH
    const int32_t hum = section_step(&t->notch[channel], notch_section, x, t->decimated1[channel],
                                     t->decimated2[channel], clips);
    t->decimated2[channel] = t->decimated1[channel];
    t->decimated1[channel] = x;
    return saturate((int64_t)x - round_shift(hum, DESIGN_NOTCH_SHIFT), clips);
#else
    (void)t, (void)channel, (void)clips;
    return x;
#endif
}

/* Round a band sample to a token sample. */
INLINE int16_t to_token(int32_t y, int32_t shift, struct clips clips)
{
    const int32_t wide = round_shift(y, shift);
    int16_t value = (int16_t)wide;
    if (UNLIKELY(value != wide)) {
        value = wide < 0 ? INT16_MIN : INT16_MAX;
        *clips.mask |= clips.bit;
    }
    return value;
}

static void filter_bands(struct tokenizer *t, uint32_t channel, int32_t x)
{
    const int32_t x1 = t->notched1[channel], x2 = t->notched2[channel];
    int16_t(*tokens)[DESIGN_PATCH] = t->patches[t->filling].values[channel];
    const uint32_t filled = t->filled;
    uint32_t bands_clipped = 0, tokens_clipped = 0;
#pragma GCC unroll 16
    for (uint32_t band = 0; band < DESIGN_BANDS; band++) {
        struct tokenizer_section *first = &t->sections[channel][band][0];
        struct tokenizer_section *second = &t->sections[channel][band][1];
        const int32_t middle1 = first->y1, middle2 = first->y2;
        const struct clips clips = {&bands_clipped, 1U << band};
        const int32_t middle = section_step(first, band_sections[band][0], x, x1, x2, clips);
        const int32_t y = section_step(second, band_sections[band][1], middle, middle1, middle2, clips);
        t->bands[channel][band] = y;
        tokens[band][filled] = to_token(y, token_shifts[band], (struct clips){&tokens_clipped, 1U << band});
    }
    t->notched2[channel] = x1;
    t->notched1[channel] = x;
    if (UNLIKELY(bands_clipped | tokens_clipped)) {
        t->saturated_bands += (uint32_t)__builtin_popcount(bands_clipped);
        t->saturated_tokens += (uint32_t)__builtin_popcount(tokens_clipped);
    }
}

/* Fill the input histories with the first decimated sample, so that the electrode's offset causes no step. */
static void prime(struct tokenizer *t, uint32_t channel, int32_t x)
{
    t->decimated1[channel] = t->decimated2[channel] = x;
    t->notched1[channel] = t->notched2[channel] = x;
}

static void tick(struct tokenizer *t)
{
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        uint32_t clipped = 0; /* bit 0: the decimator clipped; bit 1: the notch clipped */
        const int32_t decimated = decimate(t->line[channel], t->oldest, (struct clips){&clipped, 1});
        if (UNLIKELY(!t->ticked)) {
            prime(t, channel, decimated);
        }
        const int32_t notched = remove_hum(t, channel, decimated, (struct clips){&clipped, 2});
        t->saturated_inputs += (clipped & 1U) + (clipped >> 1);
        filter_bands(t, channel, notched);
        t->decimated[channel] = decimated;
        t->notched[channel] = notched;
    }
    t->ticked = true;
    t->ticks++;
    if (++t->filled == DESIGN_PATCH) {
        t->filled = 0;
        t->filling ^= 1U;
        t->patches_done++;
    }
}

/* ---- Public ---- */

void tokenizer_reset(struct tokenizer *tokenizer)
{
    memset(tokenizer, 0, sizeof *tokenizer);
}

bool tokenizer_push(struct tokenizer *tokenizer, const int32_t *codes)
{
    struct tokenizer *t = tokenizer;
    if (UNLIKELY(!t->primed)) {
        for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
            for (uint32_t i = 0; i < TOKENIZER_RING + TOKENIZER_BLOCK - 1; i++) {
                t->line[channel][i] = codes[channel];
            }
        }
        t->primed = true;
    }
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        t->line[channel][t->oldest] = codes[channel];
        if (t->oldest < TOKENIZER_BLOCK - 1) {
            t->line[channel][t->oldest + TOKENIZER_RING] = codes[channel];
        }
    }
    t->oldest = t->oldest + 1 == TOKENIZER_RING ? 0 : t->oldest + 1;
    if (++t->phase < DESIGN_FACTOR) {
        return false;
    }
    t->phase = 0;
    tick(t);
    return true;
}

bool tokenizer_completes_patch(const struct tokenizer *tokenizer)
{
    return tokenizer->phase == DESIGN_FACTOR - 1 && tokenizer->filled == DESIGN_PATCH - 1;
}

const struct tokenizer_patch *tokenizer_patch(const struct tokenizer *tokenizer)
{
    return &tokenizer->patches[tokenizer->filling ^ 1U];
}
