/* self_test.h: memory without a fault and the kernel pass, in memory of exactly their size, without a write beyond it. */
#include "self_test.h"

#include "check.h"
#include "protocol.h"

static void test_sound_memory_passes_whatever_it_held(void)
{
    for (uint32_t count = 1; count <= 64; count++) {
        for (uint32_t fill = 0; fill < 256; fill += 51) {
            uint32_t *words = malloc(count * sizeof *words);
            CHECK(words != NULL);
            memset(words, (int)fill, count * sizeof *words);
            CHECK(self_test_memory(words, count));
            free(words);
        }
    }
}

static void test_the_kernel_passes_and_can_be_used_after_a_reset(void)
{
    struct tokenizer *tokenizer = malloc(sizeof *tokenizer), *fresh = malloc(sizeof *fresh);
    CHECK(tokenizer != NULL && fresh != NULL);
    memset(tokenizer, 0xA5, sizeof *tokenizer);
    CHECK(self_test(tokenizer) == FAULT_NONE);
    CHECK(self_test_kernel(tokenizer));
    CHECK(tokenizer->ticks == DESIGN_SELF_TEST_SAMPLES / DESIGN_FACTOR && tokenizer->patches_done == 2);
    tokenizer_reset(tokenizer);
    tokenizer_reset(fresh);
    for (int32_t i = 0; i < DESIGN_FACTOR * DESIGN_PATCH; i++) {
        const int32_t codes[DESIGN_CHANNELS] = {i * 1000, -i};
        CHECK(tokenizer_push(tokenizer, codes) == tokenizer_push(fresh, codes));
        CHECK(memcmp(tokenizer->bands, fresh->bands, sizeof fresh->bands) == 0);
    }
    free(tokenizer);
    free(fresh);
}

int main(void)
{
    test_sound_memory_passes_whatever_it_held();
    test_the_kernel_passes_and_can_be_used_after_a_reset();
    return 0;
}
