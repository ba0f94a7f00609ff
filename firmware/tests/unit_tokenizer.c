/* tokenizer.h: the times of ticks and patches, how long a patch stays valid, and that nothing beyond the state is written.
 * tests/firmware/test_kernel.py compares the values with the golden model. */
#include "tokenizer.h"

#include "check.h"

static struct tokenizer *new_tokenizer(void)
{
    struct tokenizer *tokenizer = malloc(sizeof *tokenizer);
    CHECK(tokenizer != NULL);
    memset(tokenizer, 0xA5, sizeof *tokenizer);
    tokenizer_reset(tokenizer);
    return tokenizer;
}

/* Process one sample, with exactly as many codes as there are channels. */
static bool push(struct tokenizer *tokenizer, int32_t code)
{
    int32_t *codes = malloc(DESIGN_CHANNELS * sizeof *codes);
    CHECK(codes != NULL);
    for (int channel = 0; channel < DESIGN_CHANNELS; channel++) {
        codes[channel] = channel % 2 ? -code : code;
    }
    const bool ticked = tokenizer_push(tokenizer, codes);
    free(codes);
    return ticked;
}

/* Codes that reach both rails, repeat only after a long time, and always change. */
static int32_t restless(uint32_t sample)
{
    const uint32_t mixed = (sample * 2654435761U) >> 8; /* 24 bits */
    return (int32_t)mixed - 0x800000;
}

static void test_a_tick_runs_every_factor_samples_and_a_patch_is_complete_every_patch_ticks(void)
{
    struct tokenizer *tokenizer = new_tokenizer();
    for (uint32_t sample = 1; sample <= 5 * DESIGN_PATCH * DESIGN_FACTOR; sample++) {
        const bool completes = sample % (DESIGN_PATCH * DESIGN_FACTOR) == 0;
        CHECK(tokenizer_completes_patch(tokenizer) == completes);
        CHECK(push(tokenizer, restless(sample)) == (sample % DESIGN_FACTOR == 0));
        CHECK(tokenizer->ticks == sample / DESIGN_FACTOR);
        CHECK(tokenizer->patches_done == sample / (DESIGN_PATCH * DESIGN_FACTOR));
    }
    CHECK(tokenizer->saturated_tokens > 0);
    free(tokenizer);
}

static void test_a_patch_stays_as_it_is_until_the_next_is_complete(void)
{
    struct tokenizer *tokenizer = new_tokenizer();
    static struct tokenizer_patch kept;
    const struct tokenizer_patch *patch = NULL;
    for (uint32_t sample = 1; sample <= 6 * DESIGN_PATCH * DESIGN_FACTOR; sample++) {
        const bool completes = tokenizer_completes_patch(tokenizer);
        if (patch != NULL) {
            CHECK(tokenizer_patch(tokenizer) == patch);
            CHECK(memcmp(&kept, patch, sizeof kept) == 0);
        }
        push(tokenizer, restless(sample));
        if (completes) {
            CHECK(tokenizer_patch(tokenizer) != patch);
            patch = tokenizer_patch(tokenizer);
            CHECK(patch == &tokenizer->patches[0] || patch == &tokenizer->patches[1]);
            memcpy(&kept, patch, sizeof kept);
        }
    }
    free(tokenizer);
}

static void test_an_offset_from_the_first_sample_on_is_no_signal(void)
{
    static const int32_t offsets[] = {0, 1, -1, 1234567, -7654321, 0x7FFFFF, -0x7FFFFF};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct tokenizer *tokenizer = new_tokenizer();
        for (uint32_t sample = 0; sample < 3 * DESIGN_FACTOR; sample++) {
            push(tokenizer, offsets[i]);
        }
        for (int channel = 0; channel < DESIGN_CHANNELS; channel++) {
            for (int band = 0; band < DESIGN_BANDS; band++) {
                CHECK(tokenizer->bands[channel][band] == 0);
            }
        }
        CHECK(tokenizer->saturated_inputs + tokenizer->saturated_bands + tokenizer->saturated_tokens == 0);
        free(tokenizer);
    }
}

static void test_reset_leaves_nothing(void)
{
    struct tokenizer *used = new_tokenizer(), *fresh = new_tokenizer();
    for (uint32_t sample = 0; sample < DESIGN_PATCH * DESIGN_FACTOR + 3; sample++) {
        push(used, restless(sample));
    }
    tokenizer_reset(used);
    CHECK(memcmp(used, fresh, sizeof *used) == 0);
    free(used);
    free(fresh);
}

int main(void)
{
    test_a_tick_runs_every_factor_samples_and_a_patch_is_complete_every_patch_ticks();
    test_a_patch_stays_as_it_is_until_the_next_is_complete();
    test_an_offset_from_the_first_sample_on_is_no_signal();
    test_reset_leaves_nothing();
    return 0;
}
