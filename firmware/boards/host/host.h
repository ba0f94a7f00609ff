/* The board of a test, which writes the bytes that the link receives and reads the bytes that it sends. */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

#define HOST_RECEIVE_BYTES 65536U
#define HOST_SEND_BYTES 65536U

/* Discard all bytes; the board stores at most `send_room` bytes to send, and reports `boots` in its identity. */
void host_reset(uint32_t send_room, uint16_t boots);

/* Give the board received bytes; returns the number of bytes for which there was room. */
uint32_t host_feed(const uint8_t *bytes, uint32_t length);

/* Take up to `limit` of the sent bytes; returns their number. */
uint32_t host_drain(uint8_t *bytes, uint32_t limit);

/* Advance the board's clock. */
void host_let_pass(uint32_t us);

/* Set the functions of board_spi and board_data_ready, for any source; without a converter, as at first, it reads zeros. */
typedef void (*host_exchange)(const uint8_t *out, uint8_t *in, uint32_t length);
typedef uint32_t (*host_data_ready)(uint32_t wait_us);
void host_connect(host_exchange exchange, host_data_ready data_ready);

/* Run the kernel from standard input to standard output; see kernel_filter.c. Returns the exit status. */
int host_filter_kernel(void);

#endif
