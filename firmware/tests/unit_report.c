/* report.h: every field has the right value. tests/firmware/test_protocol.py checks its place. */
#include "report.h"

#include "wire.h"

static struct session *session;

static const uint8_t *sent(uint8_t type, uint32_t length)
{
    CHECK(wire_take() == 1 && wire_frames[0].type == type && wire_frames[0].length == length);
    return wire_frames[0].payload;
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
    const struct protocol_hello hello = protocol_unpack_hello(sent(MESSAGE_HELLO, PAYLOAD_HELLO));
    CHECK(hello.protocol == PROTOCOL_VERSION);
    CHECK(memcmp(hello.design_hash, report_design_hash, REPORT_HASH_BYTES) == 0);
    CHECK(memcmp(hello.serial, board_identity()->serial, BOARD_SERIAL_BYTES) == 0);
    CHECK(hello.taps == SESSION_TAPS && hello.sources == SESSION_SOURCES);
    CHECK(hello.channels == DESIGN_CHANNELS && hello.bands == DESIGN_BANDS && hello.patch == DESIGN_PATCH);
    CHECK(hello.samples_per_frame == DESIGN_SAMPLES_PER_FRAME && hello.credit_frames == DESIGN_CREDIT_FRAMES);
    CHECK(hello.boots == 0x0102 && hello.self_test == FAULT_KERNEL && hello.boot_cause == FAULT_NONE);
    CHECK(hello.session == 0x11121314U && hello.frames_out == 0x21222324U);
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
    const struct protocol_status status = protocol_unpack_status(sent(MESSAGE_STATUS, PAYLOAD_STATUS));
    CHECK(status.session == 0x11121314U && status.state == STATE_STOPPING && status.source == SOURCE_SPI);
    CHECK(status.taps == 0x0A0B && status.fault == FAULT_KERNEL && status.boots == 0x0102 && status.run == 0x0C0D);
    CHECK(status.first == 0x31323334U && status.credit == 0x41424344U + LINK_CREDIT_SAMPLES);
    CHECK(session->credit == status.credit);
    CHECK(status.received == 0x41424344U && status.ticks == 0x51525354U);
    CHECK(status.tick_clocks == 0x6162636465666768U && status.tick_clocks_max == 0x71727374U);
    CHECK(status.saturated_inputs == 0x81 && status.saturated_bands == 0x82 && status.saturated_tokens == 0x83);
    CHECK(status.lead_off_p == 0x91 && status.lead_off_n == 0x92 && status.restarts == 0x9394);
    CHECK(status.expected == 0xA1A2 && status.frames_in == 0xB1 && status.missing_in == 0xB2);
    CHECK(status.stale_in == 0xB3 && status.corrupt_in == 0xB4 && status.frames_out == 0x21222324U);
    free(session);
}

static void test_a_converters_fault_goes_before_the_self_tests(void)
{
    prepare();
    session->acquisition.fault = FAULT_OVERRUN;
    report_status(session);
    CHECK(protocol_unpack_status(sent(MESSAGE_STATUS, PAYLOAD_STATUS)).fault == FAULT_OVERRUN);
    free(session);
}

int main(void)
{
    test_hello();
    test_status();
    test_a_converters_fault_goes_before_the_self_tests();
    return 0;
}
