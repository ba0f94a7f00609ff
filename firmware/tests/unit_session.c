/* session.h: a whole session with each source, its states and its answers, step by step. */
#include "session.h"

#include "fake_chip.h"
#include "report.h"
#include "wire.h"

#define ID_4 0x1CU
#define POLLS 600U /* more than two patches; with a converter there is always work */

static struct session *session;
static uint16_t number;

static void work(void)
{
    for (uint32_t polls = 0; polls < POLLS && session_poll(session); polls++) {
    }
    wire_take();
}

static void send(uint8_t type, const void *payload, uint32_t length)
{
    wire_send(type, number++, payload, length);
    work();
}

static void boot(void)
{
    free(session);
    session = malloc(sizeof *session);
    CHECK(session != NULL);
    memset(session, 0xA5, sizeof *session);
    number = 0;
    host_reset(HOST_SEND_BYTES, 3);
    host_connect(NULL, NULL);
    session_boot(session);
    work();
}

static void hello(uint8_t name)
{
    const struct protocol_opening opening = {.session = name};
    uint8_t payload[PAYLOAD_OPENING];
    protocol_pack_opening(payload, &opening);
    send(MESSAGE_HELLO, payload, sizeof payload);
}

static void configure(uint16_t taps, uint8_t source)
{
    const struct protocol_configure wanted = {.design_hash = report_design_hash, .taps = taps, .source = source};
    uint8_t payload[PAYLOAD_CONFIGURE];
    protocol_pack_configure(payload, &wanted);
    send(MESSAGE_CONFIGURE, payload, sizeof payload);
}

static void start(uint32_t first, uint16_t run)
{
    const struct protocol_start wanted = {.first = first, .run = run};
    uint8_t payload[PAYLOAD_START];
    protocol_pack_start(payload, &wanted);
    send(MESSAGE_START, payload, sizeof payload);
}

static void samples(uint32_t first, uint32_t rows)
{
    const struct protocol_samples_header header = {.first = first};
    uint8_t payload[FRAME_SAMPLES_BYTES] = {0};
    protocol_pack_samples_header(payload, &header);
    send(MESSAGE_SAMPLES, payload, PAYLOAD_SAMPLES_HEADER + rows * FRAME_ROW_BYTES);
}

/* The last STATUS, the only one. */
static struct protocol_status last_status(void)
{
    const struct wire_frame *frame = &wire_frames[wire_count - 1];
    CHECK(wire_count > 0 && frame->type == MESSAGE_STATUS && frame->length == PAYLOAD_STATUS);
    return protocol_unpack_status(frame->payload);
}

static void test_a_boot_says_hello_with_its_count(void)
{
    boot();
    CHECK(wire_count == 1 && wire_frames[0].type == MESSAGE_HELLO && wire_frames[0].length == PAYLOAD_HELLO);
    const struct protocol_hello said = protocol_unpack_hello(wire_frames[0].payload);
    CHECK(memcmp(said.design_hash, report_design_hash, REPORT_HASH_BYTES) == 0);
    CHECK(session->self_test == FAULT_NONE && session->state == STATE_IDLE);
    const struct stream *stream = &session->stream;
    CHECK(stream->run == 0 && stream->first == 0 && stream->received == 0 && stream->taps == 0);
    CHECK(said.boots == 3);
}

static void test_a_session_with_samples_of_the_host(void)
{
    boot();
    hello(1);
    CHECK(wire_count == 1 && wire_frames[0].type == MESSAGE_HELLO && session->state == STATE_IDLE);
    configure(TAP_TOKENS | TAP_CODES, SOURCE_INJECTED);
    CHECK(last_status().state == STATE_CONFIGURED);
    start(500, 1);
    CHECK(last_status().state == STATE_RUNNING && session->state == STATE_RUNNING);
    CHECK(last_status().first == 500 && last_status().credit == 500 + LINK_CREDIT_SAMPLES);
    samples(500, 20);
    CHECK(last_status().received == 520);
    CHECK(wire_of_type(MESSAGE_CODES) == 20 / DESIGN_CODES_PER_FRAME);
    send(MESSAGE_STOP, NULL, 0);
    CHECK(last_status().state == STATE_CONFIGURED && wire_of_type(MESSAGE_CODES) == (20 % DESIGN_CODES_PER_FRAME > 0));
}

static void test_credit_ends_where_it_says(void)
{
    boot();
    hello(1);
    configure(0, SOURCE_INJECTED);
    start(0, 1);
    samples(LINK_CREDIT_SAMPLES - 1, 2);
    CHECK(wire_count == 1 && wire_is_error(0, ERROR_OVERRUN, (uint16_t)(number - 1), LINK_CREDIT_SAMPLES));
    samples(LINK_CREDIT_SAMPLES - 1, 1);
    CHECK(wire_count == 1 && wire_is_error(0, ERROR_INDEX, (uint16_t)(number - 1), 0));
    samples(0xFFFFFFFFU, 1);
    CHECK(wire_count == 1 && wire_is_error(0, ERROR_INDEX, (uint16_t)(number - 1), 0));
}

static void test_nothing_is_read_while_there_is_no_room_for_an_answer(void)
{
    boot();
    const uint32_t before = session->link.frames_in;
    host_reset(LINK_SEND_BYTES - 1U, 3);
    send(MESSAGE_QUERY, NULL, 0);
    CHECK(session->link.frames_in == before);
    host_reset(LINK_SEND_BYTES, 3);
    send(MESSAGE_QUERY, NULL, 0);
    CHECK(session->link.frames_in == before + 1);
}

static void test_a_session_with_a_converter(void)
{
    boot();
    chip_connect(ID_4);
    hello(1);
    configure(TAP_TOKENS, SOURCE_BRIDGE);
    start(0, 1);
    CHECK(session->state == STATE_RUNNING && session->stream.received > 0);
    samples(session->stream.received, 1);
    CHECK(wire_of_type(MESSAGE_ERROR) == 1 && wire_of_type(MESSAGE_TOKENS) > 0);
    send(MESSAGE_STOP, NULL, 0);
    CHECK(session->state == STATE_CONFIGURED && !chip.converting && last_status().state == STATE_CONFIGURED);
    start(0, 2);
    CHECK(session->state == STATE_RUNNING && chip.converting);
    hello(2);
    CHECK(session->state == STATE_IDLE && !chip.converting);
}

static void test_a_converter_that_does_not_start_leaves_it_configured_and_says_why(void)
{
    boot();
    hello(1);
    configure(TAP_TOKENS, SOURCE_SPI);
    start(0, 1);
    CHECK(session->state == STATE_CONFIGURED && last_status().fault == FAULT_CONVERTER_ID);
    CHECK(last_status().run == 1); /* the run ended before its first sample */
    configure(TAP_TOKENS, SOURCE_INJECTED);
    start(0, 2);
    CHECK(session->state == STATE_RUNNING && last_status().fault == FAULT_NONE);
}

static void test_a_converter_that_fails_for_good_ends_the_run(void)
{
    boot();
    chip_connect(ID_4);
    hello(1);
    configure(TAP_CODES, SOURCE_SPI);
    start(0, 1);
    chip.head = 0;
    work();
    host_let_pass(1000000);
    work();
    CHECK(session->state == STATE_CONFIGURED && session->acquisition.restarts == ACQUISITION_ATTEMPTS);
    send(MESSAGE_QUERY, NULL, 0);
    CHECK(last_status().state == STATE_CONFIGURED && last_status().fault == FAULT_CONVERTER_STATUS);
}

int main(void)
{
    test_a_boot_says_hello_with_its_count();
    test_a_session_with_samples_of_the_host();
    test_credit_ends_where_it_says();
    test_nothing_is_read_while_there_is_no_room_for_an_answer();
    test_a_session_with_a_converter();
    test_a_converter_that_does_not_start_leaves_it_configured_and_says_why();
    test_a_converter_that_fails_for_good_ends_the_run();
    free(session);
    return 0;
}
