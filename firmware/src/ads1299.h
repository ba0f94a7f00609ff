/* The TI ADS1299, ADS1299-6 or ADS1299-4 on the board's bus (datasheet SBAS499C): power-up, configuration, samples.
 *
 *     ads1299_start   wait for power, RESET, SDATAC, ID, reference on, registers written and read back, START, RDATAC
 *     ads1299_poll    a frame for each data-ready: status, codes
 *     ads1299_stop    SDATAC, STOP
 *
 * The chip's pins: RESET and PWDN high, START low, CLKSEL high, DAISY_IN low; commands do what those pins would. Electrodes
 * are on IN1P, IN2P ..; their common reference, where the design has one, is on SRB1, else each channel's own on INxN.
 *
 * What a bus without checksum cannot show: a bit that flips in a code. One in a status word's head is found. */
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
    uint32_t heard;         /* board_clock when data were ready last, or when it was last made sure that none are */
};

struct ads1299_sample {
    int32_t codes[DESIGN_CHANNELS];
    uint8_t lead_off_p, lead_off_n; /* electrodes that the comparators find off, bit 0 for the first channel */
};

enum ads1299_event {
    ADS1299_NOTHING,
    ADS1299_SAMPLE,
    ADS1299_FAULT,
};

/* Bring the chip behind `source` up, and convert; takes about 0.3 s. Returns FAULT_NONE, or what is wrong with it: the
 * converter's ID, REGISTERS that do not hold. */
uint8_t ads1299_start(struct ads1299 *adc, uint8_t source);

/* Take the next sample, if there is one. On ADS1299_FAULT *fault says why no sample can follow the last: the converter
 * SILENT, its STATUS wrong, RESET by itself, or an OVERRUN, samples that were not taken in time. Only a start helps. */
enum ads1299_event ads1299_poll(struct ads1299 *adc, struct ads1299_sample *sample, uint8_t *fault);

void ads1299_stop(const struct ads1299 *adc);

#endif
