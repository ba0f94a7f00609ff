#include "board.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

static uint8_t received[HOST_RECEIVE_BYTES], sent[HOST_SEND_BYTES];
static uint32_t received_count, received_taken, sent_count, sent_limit = HOST_SEND_BYTES;
static uint32_t clock_reading;
static host_exchange converter_exchange;
static host_data_ready converter_data_ready;

static struct board_identity identity = {.serial = "host-board", .clock_hz = 1000000};

void host_reset(uint32_t send_room, uint16_t boots)
{
    identity.boots = boots;
    received_count = received_taken = sent_count = 0;
    sent_limit = send_room < HOST_SEND_BYTES ? send_room : HOST_SEND_BYTES;
}

void host_connect(host_exchange exchange, host_data_ready data_ready)
{
    converter_exchange = exchange;
    converter_data_ready = data_ready;
}

void host_let_pass(uint32_t us)
{
    clock_reading += us;
}

uint32_t host_feed(const uint8_t *bytes, uint32_t length)
{
    if (received_taken == received_count) {
        received_taken = received_count = 0;
    }
    const uint32_t room = HOST_RECEIVE_BYTES - received_count;
    const uint32_t taken = length < room ? length : room;
    memcpy(received + received_count, bytes, taken);
    received_count += taken;
    return taken;
}

uint32_t host_drain(uint8_t *bytes, uint32_t limit)
{
    const uint32_t taken = sent_count < limit ? sent_count : limit;
    memcpy(bytes, sent, taken);
    memmove(sent, sent + taken, sent_count - taken);
    sent_count -= taken;
    return taken;
}

void board_init(void)
{
}

const struct board_identity *board_identity(void)
{
    return &identity;
}

bool board_receive(uint8_t *byte)
{
    if (received_taken == received_count) {
        return false;
    }
    *byte = received[received_taken++];
    return true;
}

uint32_t board_send_room(void)
{
    return sent_limit > sent_count ? sent_limit - sent_count : 0;
}

/* The caller must check for room first: a caller that does not is a fault of the firmware, and must halt a test. */
void board_send(const uint8_t *bytes, uint32_t length)
{
    if (length > board_send_room()) {
        abort();
    }
    memcpy(sent + sent_count, bytes, length);
    sent_count += length;
}

void board_spi(uint8_t source, const uint8_t *out, uint8_t *in, uint32_t length)
{
    (void)source;
    memset(in, 0, length);
    if (converter_exchange != NULL) {
        converter_exchange(out, in, length);
    }
}

uint32_t board_data_ready(uint8_t source, uint32_t wait_us)
{
    (void)source;
    clock_reading += wait_us;
    return converter_data_ready == NULL ? 0 : converter_data_ready(wait_us);
}

/* A clock that advances by one in each reading, so that tests can predict figures that depend on it. */
uint32_t board_clock(void)
{
    return ++clock_reading;
}

void board_turn(bool worked)
{
    (void)worked;
}
