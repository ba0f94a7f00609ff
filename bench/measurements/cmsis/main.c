/* Replaces the application: counts the instructions of a tick's bands, ours and CMSIS-DSP's, and sends them on USART1.
 *
 * bench/measurements/cmsis/instructions.py compiles this file with COEFFICIENTS, the bands' sections, and reads the counts.
 * The tokenizer is included, not linked, to call its static function that filters the bands of one channel. */
#include "dsp/filtering_functions.h"

#include "app.h"
#include "board.h"
#include "bytes.h"
#include "tokenizer.c"

#define STAGES 2
#define ROUNDS 32
#define BLOCK 32

static const q31_t coefficients[DESIGN_BANDS][5 * STAGES] = COEFFICIENTS;
static q63_t states[DESIGN_CHANNELS][DESIGN_BANDS][4 * STAGES];
static q31_t input[BLOCK], output[BLOCK];
static struct tokenizer tokenizer;

static uint32_t ours(void)
{
    const uint32_t before = board_clock();
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        filter_bands(&tokenizer, channel, 12345);
    }
    return board_clocks_since(before);
}

static uint32_t theirs(uint32_t block)
{
    const uint32_t before = board_clock();
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        for (uint32_t band = 0; band < DESIGN_BANDS; band++) {
            const arm_biquad_cas_df1_32x64_ins_q31 instance = {STAGES, states[channel][band], coefficients[band], 1};
            arm_biquad_cas_df1_32x64_q31(&instance, input, output, block);
        }
    }
    return board_clocks_since(before);
}

_Noreturn void app_run(void)
{
    uint32_t sums[3] = {0};
    board_init();
    tokenizer_reset(&tokenizer);
    for (uint32_t i = 0; i < BLOCK; i++) {
        input[i] = 12345 * (int32_t)(i % 7);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        sums[0] += ours();
        sums[1] += theirs(1);
        sums[2] += theirs(BLOCK);
    }
    uint8_t line[4 + 3 * 4] = {'S', 'U', 'M', 'S'}, *end = line + 4;
    for (uint32_t i = 0; i < 3; i++) {
        end = bytes_put(end, sums[i], 4);
    }
    board_send(line, sizeof line);
    for (;;) {
        board_turn(false);
    }
}
