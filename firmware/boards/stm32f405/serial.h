/* USART1, the link to the host, and USART2, the bridge to a simulated converter: rings of bytes, filled and emptied by
 * interrupts. */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdbool.h>
#include <stdint.h>

enum serial_line { SERIAL_LINK, SERIAL_BRIDGE };

/* Set up both lines at DESIGN_BAUD. `fast`: the core runs at 168 MHz, else at 16 MHz. */
void serial_start(bool fast);

bool serial_receive(enum serial_line line, uint8_t *byte);

/* Whether either line has a received byte. */
bool serial_waiting(void);

uint32_t serial_send_room(enum serial_line line);
void serial_send(enum serial_line line, const uint8_t *bytes, uint32_t length);

/* The interrupts of both lines. */
void serial_link_interrupt(void);
void serial_bridge_interrupt(void);

#endif
