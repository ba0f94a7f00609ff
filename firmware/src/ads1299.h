/* The TI ADS1299, ADS1299-6 or ADS1299-4 on the board's bus (datasheet SBAS499C): power-up, configuration, samples.
 *
 *     ads1299_start   wait for power, RESET, SDATAC, ID, reference on, registers written and read back, START, RDATAC
 *     ads1299_poll    a frame for each data-ready: status, codes
 *     ads1299_stop    SDATAC, STOP
 *
 * The chip's pins: RESET and PWDN high, START low, CLKSEL high, DAISY_IN low; commands replace those pins. Electrodes are
 * on IN1P, IN2P ..; their common reference, if the design has one, is on SRB1, else each channel's reference is on INxN.
 *
 * The bus has no checksum: a flipped bit in a code is not detected; one in the head of a status word is. */
#ifndef ADS1299_H
#define ADS1299_H

#include <stdbool.h>
#include <stdint.h>

#include "design.h"

#define ADS1299_CHANNELS_MAX 8U
#define ADS1299_FRAME_BYTES (3U + 3U * ADS1299_CHANNELS_MAX)

struct ads1299 {
    uint8_t source;         /* SOURCE_SPI or SOURCE_BRIDGE: the bus */
    uint8_t channels;       /* of the chip: 4, 6 or 8; as many as the design has, or more */
    uint32_t heard;         /* board_clock when data were ready last, or when the silence was last diagnosed */
};

struct ads1299_sample {
    int32_t codes[DESIGN_CHANNELS];
    uint8_t lead_off_p, lead_off_n; /* electrodes without contact, by the comparators, bit 0 for the first channel */
};

enum ads1299_event {
    ADS1299_NOTHING,
    ADS1299_SAMPLE,
    ADS1299_FAULT,
};

/* Start the chip on the bus `source` and its conversion; takes about 0.3 s. Returns FAULT_NONE, or the fault: a wrong ID of
 * the converter, or REGISTERS that do not have the values that were written. */
uint8_t ads1299_start(struct ads1299 *adc, uint8_t source);

/* Take the next sample, if there is one. On ADS1299_FAULT, *fault is the reason why the run cannot continue: the converter
 * is SILENT, its STATUS is wrong, it has RESET itself, or OVERRUN: samples were not read in time. Only a start helps. */
enum ads1299_event ads1299_poll(struct ads1299 *adc, struct ads1299_sample *sample, uint8_t *fault);

void ads1299_stop(const struct ads1299 *adc);

#endif
