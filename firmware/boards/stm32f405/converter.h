/* The two ways to a converter: SPI2 with its pins, and the bridge over USART2 to a simulated one. */
#ifndef CONVERTER_H
#define CONVERTER_H

#include <stdbool.h>
#include <stdint.h>

/* Set up SPI2 and its pins: PB13 SCLK, PB14 DOUT, PB15 DIN, PB9 chip select, PB8 data ready. */
void spi_start(bool fast);
void spi_exchange(const uint8_t *out, uint8_t *in, uint32_t length);
/* Falling edges of data ready since last asked. */
uint32_t spi_data_ready(void);
/* Whether there are any. */
bool spi_waiting(void);
/* Interrupt of PB8. */
void spi_data_ready_interrupt(void);

/* Messages, told apart by their first byte. Bytes go to the converter and come back from it, as many:
 *     'X' length bytes..       ->      'X' length bytes..
 * Its time passes, until data are ready or a count of us is over; the answer says how often they became ready:
 *     'W' us u32               ->      'W' count u8
 * Data are ready, unasked, whenever the converter's time passes by itself:
 *                              ->      'R'                                                                          */
void bridge_exchange(const uint8_t *out, uint8_t *in, uint32_t length);
uint32_t bridge_data_ready(uint32_t wait_us);

#endif
