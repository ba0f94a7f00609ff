#include "self_test.h"

#include "frame.h"

#define BACKGROUNDS 6U

_Static_assert(sizeof(struct tokenizer) % sizeof(uint32_t) == 0, "the kernel's memory is whole words");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the CRC goes over the taps as they lie in memory");

/* Expect `from` in a word and write `to`; returns whether the word was `from`. */
static bool step(volatile uint32_t *word, uint32_t from, uint32_t to)
{
    const bool held = *word == from;
    *word = to;
    return held;
}

static bool march(volatile uint32_t *words, uint32_t count, uint32_t from, uint32_t to)
{
    bool held = true;
    for (uint32_t i = 0; i < count; i++) {
        words[i] = from;
    }
    for (uint32_t i = 0; i < count; i++) {
        held = step(words + i, from, to) && held;
    }
    for (uint32_t i = 0; i < count; i++) {
        held = step(words + i, to, from) && held;
    }
    for (uint32_t i = count; i > 0; i--) {
        held = step(words + i - 1U, from, to) && held;
    }
    for (uint32_t i = count; i > 0; i--) {
        held = step(words + i - 1U, to, from) && held;
    }
    for (uint32_t i = 0; i < count; i++) {
        held = words[i] == from && held;
    }
    return held;
}

bool self_test_memory(volatile uint32_t *words, uint32_t count)
{
    static const uint32_t backgrounds[BACKGROUNDS] = {
        0x00000000U, 0x0000FFFFU, 0x00FF00FFU, 0x0F0F0F0FU, 0x33333333U, 0x55555555U,
    };
    bool held = true;
    for (uint32_t i = 0; i < BACKGROUNDS; i++) {
        held = march(words, count, backgrounds[i], ~backgrounds[i]) && held;
    }
    return held;
}

static uint32_t crc_of(uint32_t crc, const void *values, uint32_t bytes)
{
    return frame_crc(crc, (const uint8_t *)values, bytes);
}

bool self_test_kernel(struct tokenizer *tokenizer)
{
    uint32_t state = DESIGN_SELF_TEST_SEED, crc = 0;
    tokenizer_reset(tokenizer);
    for (uint32_t sample = 0; sample < DESIGN_SELF_TEST_SAMPLES; sample++) {
        int32_t codes[DESIGN_CHANNELS];
        for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
            state = state * 1664525U + 1013904223U;
            codes[channel] = (int32_t)state >> 8;
        }
        const bool completes = tokenizer_completes_patch(tokenizer);
        if (tokenizer_push(tokenizer, codes)) {
            crc = crc_of(crc, tokenizer->decimated, sizeof tokenizer->decimated);
            crc = crc_of(crc, tokenizer->notched, sizeof tokenizer->notched);
            crc = crc_of(crc, tokenizer->bands, sizeof tokenizer->bands);
        }
        if (completes) {
            crc = crc_of(crc, tokenizer_patch(tokenizer), sizeof(struct tokenizer_patch));
        }
    }
    return crc == DESIGN_SELF_TEST_CRC;
}

uint8_t self_test(struct tokenizer *tokenizer)
{
    if (!self_test_memory((volatile uint32_t *)tokenizer, sizeof *tokenizer / sizeof(uint32_t))) {
        return FAULT_MEMORY;
    }
    if (!self_test_kernel(tokenizer)) {
        return FAULT_KERNEL;
    }
    return FAULT_NONE;
}
