/* The interface of a board to the application. To port the firmware, write these nine functions. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_SERIAL_BYTES 12

struct board_identity {
    uint8_t serial[BOARD_SERIAL_BYTES]; /* the chip's number; zeros where it has none */
    uint16_t boots;                     /* resets since power-up */
    uint8_t boot_cause;                 /* FAULT_WATCHDOG or FAULT_CRASH if that caused this boot; else FAULT_NONE */
    uint32_t clock_hz;                  /* of board_clock */
};

/* Initialise clocks, pins and link. Called once, before any other function. */
void board_init(void);

/* The identity of this board, and the cause of its boot. */
const struct board_identity *board_identity(void);

/* Take one received byte; returns false if there is none. */
bool board_receive(uint8_t *byte);

/* The number of bytes that there is room to send; board_send takes no more than that. */
uint32_t board_send_room(void);
void board_send(const uint8_t *bytes, uint32_t length);

/* Do one exchange with the converter, with chip select low: `length` bytes each way, SPI mode 1, most significant bit
 * first. `source` is the bus, SOURCE_SPI or SOURCE_BRIDGE; a board without that bus reads zeros. The rate is 4 MHz or less,
 * so that the converter has enough time between the bytes of a command. */
void board_spi(uint8_t source, const uint8_t *out, uint8_t *in, uint32_t length);

/* Return how often the converter's data-ready line has fallen since the last call; if it has not, wait for up to `wait_us`
 * for it to fall. */
uint32_t board_data_ready(uint8_t source, uint32_t wait_us);

/* The core's clocks, counted up modulo 2^24. */
#define BOARD_CLOCK_MASK 0xFFFFFFU
uint32_t board_clock(void);

/* End a turn of the main loop, at least once per second; if there was no work, sleep until an interrupt. */
void board_turn(bool worked);

/* The clocks since an earlier reading of board_clock, at most 2^24 clocks ago. */
static inline uint32_t board_clocks_since(uint32_t earlier)
{
    return (board_clock() - earlier) & BOARD_CLOCK_MASK;
}

#endif
