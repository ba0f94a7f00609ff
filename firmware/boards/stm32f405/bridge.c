#include <string.h>

#include "board.h"
#include "bytes.h"
#include "converter.h"
#include "core.h"
#include "registers.h"
#include "serial.h"

#define ANSWER_S 5U /* a simulated converter answers within a millisecond; its machine may be busy */

static uint32_t ready; /* received 'R' messages that board_data_ready has not reported yet */

/* Read the next byte from the bridge; returns false if none arrives in time. Sleeps meanwhile: if the emulated core polled,
 * the program that must answer would have no time on a shared machine. */
static bool next_byte(uint8_t *byte)
{
    uint32_t before = board_clock(), waited = 0;
    while (!serial_receive(SERIAL_BRIDGE, byte)) {
        const uint32_t now = board_clock();
        waited += (now - before) & BOARD_CLOCK_MASK;
        before = now;
        if (waited > ANSWER_S * board_identity()->clock_hz) {
            return false;
        }
        board_turn(false);
    }
    return true;
}

/* Read until the answer that begins with `kind`. */
static bool find_answer(uint8_t kind)
{
    uint8_t byte;
    while (next_byte(&byte)) {
        if (byte == kind) {
            return true;
        }
        ready += byte == 'R';
    }
    return false;
}

void bridge_exchange(const uint8_t *out, uint8_t *in, uint32_t length)
{
    const uint8_t head[] = {'X', (uint8_t)length};
    uint8_t count;
    memset(in, 0, length);
    serial_send(SERIAL_BRIDGE, head, sizeof head);
    serial_send(SERIAL_BRIDGE, out, length);
    if (!find_answer('X') || !next_byte(&count)) {
        return;
    }
    for (uint32_t i = 0; i < count && i < length; i++) {
        if (!next_byte(&in[i])) {
            return;
        }
    }
}

uint32_t bridge_data_ready(uint32_t wait_us)
{
    uint8_t byte;
    while (serial_receive(SERIAL_BRIDGE, &byte)) {
        ready += byte == 'R';
    }
    if (ready == 0 && wait_us > 0) {
        uint8_t message[5] = {'W'}, count;
        bytes_put(message + 1, wait_us, 4);
        serial_send(SERIAL_BRIDGE, message, sizeof message);
        if (find_answer('W') && next_byte(&count)) {
            ready += count;
        }
    }
    const uint32_t found = ready;
    ready = 0;
    return found;
}
