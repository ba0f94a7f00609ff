/* What the application asks of a board. To port the firmware, write these nine functions. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_SERIAL_BYTES 12

/* Clocks, pins, link. Called once, first. */
void board_init(void);

/* The chip's own number, BOARD_SERIAL_BYTES of it; zeros where it has none. */
void board_serial(uint8_t *serial);

/* Resets since power-up. */
uint16_t board_boots(void);

/* Take one received byte, if there is one. */
bool board_receive(uint8_t *byte);

/* Room for bytes to send, and sending of no more than there is room for. */
uint32_t board_send_room(void);
void board_send(const uint8_t *bytes, uint32_t length);

/* The running clock counter, and the clocks since an earlier reading of it, which it may lie back 2^24 clocks at most. */
uint32_t board_clock(void);
uint32_t board_clocks_since(uint32_t earlier);

/* Rest until an interrupt; may return at once. */
void board_idle(void);

#endif
