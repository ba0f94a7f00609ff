/* report.h: every field in its place. */
#include "report.h"

#include "wire.h"

static struct session *session;

static const uint8_t *sent(uint8_t type, uint32_t length)
{
    CHECK(wire_take() == 1 && wire_frames[0].type == type && wire_frames[0].length == length);
    return wire_frames[0].payload;
}

/* The next field of `width` bytes at *at. */
static uint64_t field(const uint8_t **at, uint32_t width)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < width; i++) {
        value |= (uint64_t)*(*at)++ << 8 * i;
    }
    return value;
}

static void prepare(void)
{
    session = malloc(sizeof *session);
    CHECK(session != NULL);
    memset(session, 0, sizeof *session);
    host_reset(HOST_SEND_BYTES, 0x0102);
    session->link.session = 0x11121314U;
    session->link.frames_out = 0x21222324U;
    session->self_test = FAULT_KERNEL;
}

static void test_hello(void)
{
    prepare();
    report_hello(session);
    const uint8_t *at = sent(MESSAGE_HELLO, PAYLOAD_HELLO);
    CHECK(field(&at, 1) == PROTOCOL_VERSION);
    CHECK(memcmp(at, report_design_hash, REPORT_HASH_BYTES) == 0);
    at += REPORT_HASH_BYTES + 8; /* and the build's number */
    CHECK(memcmp(at, board_identity()->serial, BOARD_SERIAL_BYTES) == 0);
    at += BOARD_SERIAL_BYTES;
    CHECK(field(&at, 2) == SESSION_TAPS && field(&at, 1) == SESSION_SOURCES);
    CHECK(field(&at, 1) == DESIGN_CHANNELS && field(&at, 1) == DESIGN_BANDS && field(&at, 1) == DESIGN_PATCH);
    CHECK(field(&at, 1) == DESIGN_SAMPLES_PER_FRAME && field(&at, 1) == DESIGN_CREDIT_FRAMES);
    CHECK(field(&at, 2) == 0x0102 && field(&at, 1) == FAULT_KERNEL && field(&at, 1) == FAULT_NONE);
    CHECK(field(&at, 4) == 0x11121314U && field(&at, 4) == 0x21222324U);
    free(session);
}

static void test_status(void)
{
    prepare();
    session->state = STATE_STOPPING;
    session->source = SOURCE_SPI;
    session->taps = 0x0A0B;
    session->stream.run = 0x0C0D;
    session->stream.first = 0x31323334U;
    session->stream.received = 0x41424344U;
    session->stream.tokenizer.ticks = 0x51525354U;
    session->stream.tick_clocks = 0x6162636465666768U;
    session->stream.tick_clocks_max = 0x71727374U;
    session->stream.tokenizer.saturated_inputs = 0x81;
    session->stream.tokenizer.saturated_bands = 0x82;
    session->stream.tokenizer.saturated_tokens = 0x83;
    session->acquisition.lead_off_p = 0x91;
    session->acquisition.lead_off_n = 0x92;
    session->acquisition.restarts = 0x9394;
    session->link.expected = 0xA1A2;
    session->link.frames_in = 0xB1;
    session->link.missing_in = 0xB2;
    session->link.stale_in = 0xB3;
    session->link.corrupt_in = 0xB4;
    report_status(session);
    const uint8_t *at = sent(MESSAGE_STATUS, PAYLOAD_STATUS);
    CHECK(field(&at, 4) == 0x11121314U && field(&at, 1) == STATE_STOPPING && field(&at, 1) == SOURCE_SPI);
    CHECK(field(&at, 2) == 0x0A0B && field(&at, 1) == FAULT_KERNEL && field(&at, 2) == 0x0102 && field(&at, 2) == 0x0C0D);
    CHECK(field(&at, 4) == 0x31323334U && field(&at, 4) == 0x41424344U + LINK_CREDIT_SAMPLES);
    CHECK(session->credit == 0x41424344U + LINK_CREDIT_SAMPLES);
    CHECK(field(&at, 4) == 0x41424344U && field(&at, 4) == 0x51525354U && field(&at, 8) == 0x6162636465666768U);
    CHECK(field(&at, 4) == 0x71727374U && field(&at, 4) == 0x81 && field(&at, 4) == 0x82 && field(&at, 4) == 0x83);
    CHECK(field(&at, 1) == 0x91 && field(&at, 1) == 0x92 && field(&at, 2) == 0x9394 && field(&at, 2) == 0xA1A2);
    CHECK(field(&at, 4) == 0xB1 && field(&at, 4) == 0xB2 && field(&at, 4) == 0xB3 && field(&at, 4) == 0xB4);
    CHECK(field(&at, 4) == 0x21222324U);
    free(session);
}

static void test_a_converters_fault_goes_before_the_self_tests(void)
{
    prepare();
    session->acquisition.fault = FAULT_OVERRUN;
    report_status(session);
    CHECK(sent(MESSAGE_STATUS, PAYLOAD_STATUS)[8] == FAULT_OVERRUN);
    free(session);
}

int main(void)
{
    test_hello();
    test_status();
    test_a_converters_fault_goes_before_the_self_tests();
    return 0;
}
