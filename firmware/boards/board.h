/* What the application asks of a board. To port the firmware, write these nine functions. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_SERIAL_BYTES 12

struct board_identity {
    uint8_t serial[BOARD_SERIAL_BYTES]; /* the chip's own number; zeros where it has none */
    uint16_t boots;                     /* resets since power-up */
    uint8_t boot_cause;                 /* FAULT_WATCHDOG or FAULT_CRASH, where that led to this boot; else FAULT_NONE */
    uint32_t clock_hz;                  /* of board_clock */
};

/* Clocks, pins, link. Called once, first. */
void board_init(void);

/* Who this board is, and how it came to run. */
const struct board_identity *board_identity(void);

/* Take one received byte, if there is one. */
bool board_receive(uint8_t *byte);

/* Room for bytes to send, and sending of no more than there is room for. */
uint32_t board_send_room(void);
void board_send(const uint8_t *bytes, uint32_t length);

/* One exchange with the converter, its chip select low: `length` bytes each way, SPI mode 1, most significant bit first.
 * `source` says on which bus: SOURCE_SPI or SOURCE_BRIDGE; a board that has not got it reads zeros. At 4 MHz or less, so
 * that the bytes of a command lie as far apart as the converter wants. */
void board_spi(uint8_t source, const uint8_t *out, uint8_t *in, uint32_t length);

/* How often the converter's data-ready line has fallen since this was last asked; where it has not, waits for up to
 * `wait_us` for it to fall. */
uint32_t board_data_ready(uint8_t source, uint32_t wait_us);

/* The core's clocks, counted up and round again at 2^24. */
#define BOARD_CLOCK_MASK 0xFFFFFFU
uint32_t board_clock(void);

/* End a turn of the main loop, at least once a second; without more work to do, rest until an interrupt comes. */
void board_turn(bool worked);

/* The clocks since an earlier reading of board_clock, which may lie back 2^24 clocks at most. */
static inline uint32_t board_clocks_since(uint32_t earlier)
{
    return (board_clock() - earlier) & BOARD_CLOCK_MASK;
}

#endif
