/* The board that is a test: what the link receives is fed in, what it sends is drained. */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

#define HOST_RECEIVE_BYTES 65536U
#define HOST_SEND_BYTES 65536U

/* Forget all bytes; `send_room` bounds what is stored until it is drained, `boots` is what the board is to say of itself. */
void host_reset(uint32_t send_room, uint16_t boots);

/* Hand over received bytes; returns how many there was room for. */
uint32_t host_feed(const uint8_t *bytes, uint32_t length);

/* Take away up to `limit` of the bytes sent; returns how many. */
uint32_t host_drain(uint8_t *bytes, uint32_t limit);

/* Let time pass on the board's clock. */
void host_let_pass(uint32_t us);

/* The converter, whatever the source: what board_spi and board_data_ready do; none at first, which reads zeros. */
typedef void (*host_exchange)(const uint8_t *out, uint8_t *in, uint32_t length);
typedef uint32_t (*host_data_ready)(uint32_t wait_us);
void host_connect(host_exchange exchange, host_data_ready data_ready);

/* Run the kernel from standard input to standard output; see kernel_filter.c. Returns the exit status. */
int host_filter_kernel(void);

#endif
