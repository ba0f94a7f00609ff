/* The two ways to a converter: SPI2 with its pins, and the bridge over USART2 to a simulated one. */
#ifndef CONVERTER_H
#define CONVERTER_H

#include <stdbool.h>
#include <stdint.h>

/* Set up SPI2 and its pins: PB13 SCLK, PB14 DOUT, PB15 DIN, PB9 chip select, PB8 data ready. */
void spi_start(bool fast);
void spi_exchange(const uint8_t *out, uint8_t *in, uint32_t length);
/* The falling edges of data ready since the last call. */
uint32_t spi_data_ready(void);
/* Whether there are any edges that are not reported yet. */
bool spi_waiting(void);
/* The interrupt of PB8. */
void spi_data_ready_interrupt(void);

/* The messages; the first byte is the kind. An exchange of bytes with the converter, the same number each way:
 *     'X' length bytes..       ->      'X' length bytes..
 * A wait until data are ready, for at most so many us; the answer is how often they became ready:
 *     'W' us u32               ->      'W' count u8
 * Data are ready, without a request, when the converter's time advances by itself:
 *                              ->      'R'                                                                          */
void bridge_exchange(const uint8_t *out, uint8_t *in, uint32_t length);
uint32_t bridge_data_ready(uint32_t wait_us);

#endif
