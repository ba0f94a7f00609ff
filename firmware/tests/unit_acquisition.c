/* acquisition.h: the restart between a converter's fault and its first sample after it. */
#include "acquisition.h"

#include "fake_chip.h"
#include "wire.h"

#define ID_4 0x1CU

static struct acquisition *acquisition;
static struct stream *stream;
static struct link host_link;

static uint8_t start(uint8_t id, uint16_t taps)
{
    free(acquisition);
    free(stream);
    acquisition = malloc(sizeof *acquisition);
    stream = malloc(sizeof *stream);
    CHECK(acquisition != NULL && stream != NULL);
    memset(acquisition, 0xA5, sizeof *acquisition);
    host_reset(HOST_SEND_BYTES, 0);
    link_reset(&host_link);
    chip_connect(id);
    stream_start(stream, 1, 0, taps);
    return acquisition_start(acquisition, SOURCE_SPI);
}

static enum acquisition_event poll_once(void)
{
    return acquisition_poll(acquisition, stream, &host_link);
}

static enum acquisition_event poll_until_something(void)
{
    for (uint32_t polls = 0; polls < 100000; polls++) {
        const enum acquisition_event event = poll_once();
        if (event != ACQUISITION_NOTHING) {
            return event;
        }
    }
    return ACQUISITION_NOTHING;
}

static void test_the_hosts_samples_need_no_converter(void)
{
    CHECK(start(ID_4, 0) == FAULT_NONE);
    const uint32_t logged = chip.logged;
    CHECK(acquisition_start(acquisition, SOURCE_INJECTED) == FAULT_NONE && acquisition->restarts == 0);
    CHECK(poll_once() == ACQUISITION_NOTHING);
    acquisition_stop(acquisition);
    CHECK(chip.logged == logged);
}

static void test_samples_go_into_the_stream_and_a_patch_is_news(void)
{
    CHECK(start(ID_4, 0) == FAULT_NONE);
    for (uint32_t i = 1; i <= 2U * DESIGN_PATCH * DESIGN_FACTOR; i++) {
        const bool completes = i % (DESIGN_PATCH * DESIGN_FACTOR) == 0;
        CHECK(poll_once() == (completes ? ACQUISITION_NEWS : ACQUISITION_SAMPLE) && stream->received == i);
    }
    acquisition_stop(acquisition);
    CHECK(!chip.converting && !chip.continuous);
}

static void test_an_electrode_that_comes_off_or_on_is_news_once(void)
{
    CHECK(start(ID_4, 0) == FAULT_NONE);
    CHECK(poll_once() == ACQUISITION_SAMPLE);
    chip.lead_off_p = 2;
    CHECK(poll_once() == ACQUISITION_NEWS && acquisition->lead_off_p == 2);
    CHECK(poll_once() == ACQUISITION_SAMPLE && acquisition->lead_off_p == 2);
    chip.lead_off_p = 0;
    CHECK(poll_once() == ACQUISITION_NEWS && acquisition->lead_off_p == 0);
    chip.lead_off_n = 1;
    CHECK(poll_once() == ACQUISITION_NEWS && acquisition->lead_off_n == 1);
    CHECK(poll_once() == ACQUISITION_SAMPLE && acquisition->lead_off_n == 1);
}

static void test_after_a_fault_all_that_is_owed_goes_first_then_the_next_run_begins(void)
{
    CHECK(start(ID_4, TAP_CODES) == FAULT_NONE);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(poll_once() == ACQUISITION_SAMPLE);
    }
    chip.head = 0;
    CHECK(poll_once() == ACQUISITION_NEWS && acquisition->fault == FAULT_CONVERTER_STATUS && acquisition->broken);
    chip.head = 0xC0;
    CHECK(stream_owes(stream) && poll_once() == ACQUISITION_NOTHING && stream->run == 1);
    CHECK(stream_emit(stream, &host_link) && !stream_owes(stream));
    CHECK(wire_take() == 1 && wire_frames[0].length == PAYLOAD_CODES_HEADER + 3 * FRAME_ROW_BYTES);
    CHECK(poll_once() == ACQUISITION_NEWS && !acquisition->broken && acquisition->restarts == 1);
    CHECK(stream->run == 2 && stream->first == 3 && stream->received == 3 && stream->taps == TAP_CODES);
    CHECK(poll_once() == ACQUISITION_SAMPLE && stream->received == 4 && acquisition->attempts == 0);
    CHECK(acquisition->fault == FAULT_CONVERTER_STATUS); /* the fault of this acquisition remains */
}

static void test_a_converter_that_gives_no_more_samples_ends_it(void)
{
    CHECK(start(ID_4, 0) == FAULT_NONE);
    CHECK(poll_once() == ACQUISITION_SAMPLE);
    chip.head = 0;
    for (uint32_t attempt = 0; attempt <= ACQUISITION_ATTEMPTS; attempt++) {
        CHECK(poll_until_something() == ACQUISITION_NEWS && acquisition->broken); /* a wrong head */
        const bool last = attempt == ACQUISITION_ATTEMPTS;
        CHECK(poll_until_something() == (last ? ACQUISITION_ENDED : ACQUISITION_NEWS));
        CHECK(acquisition->restarts == attempt + !last);
    }
    CHECK(stream->received == 1 && stream->run == 1 + ACQUISITION_ATTEMPTS);
}

static void test_a_converter_that_is_gone_ends_it_in_the_same_run(void)
{
    CHECK(start(ID_4, 0) == FAULT_NONE);
    CHECK(poll_once() == ACQUISITION_SAMPLE);
    chip.converting = false;
    chip.registers[0] = 0;
    CHECK(poll_until_something() == ACQUISITION_NEWS && acquisition->fault == FAULT_CONVERTER_ID);
    for (uint32_t attempt = 0; attempt < ACQUISITION_ATTEMPTS; attempt++) {
        CHECK(poll_once() == ACQUISITION_NEWS && acquisition->broken);
    }
    CHECK(poll_once() == ACQUISITION_ENDED && stream->run == 1 && acquisition->restarts == ACQUISITION_ATTEMPTS);
}

static void test_a_start_that_fails_says_why_and_a_later_one_forgets_it(void)
{
    CHECK(start(0, 0) == FAULT_CONVERTER_ID && acquisition->fault == FAULT_CONVERTER_ID);
    chip_connect(ID_4);
    CHECK(acquisition_start(acquisition, SOURCE_SPI) == FAULT_NONE && acquisition->fault == FAULT_NONE);
    CHECK(acquisition->restarts == 0 && poll_once() == ACQUISITION_SAMPLE);
}

static void test_samples_do_not_wait_for_the_host(void)
{
    CHECK(start(ID_4, TAP_CODES | TAP_BANDS | TAP_TOKENS) == FAULT_NONE);
    for (uint32_t i = 1; i <= 2U * DESIGN_PATCH * DESIGN_FACTOR; i++) {
        CHECK(poll_once() != ACQUISITION_NOTHING && stream->received == i);
    }
    CHECK(host_link.frames_out > 0 && wire_take() == 0);
}

int main(void)
{
    test_the_hosts_samples_need_no_converter();
    test_samples_go_into_the_stream_and_a_patch_is_news();
    test_an_electrode_that_comes_off_or_on_is_news_once();
    test_after_a_fault_all_that_is_owed_goes_first_then_the_next_run_begins();
    test_a_converter_that_gives_no_more_samples_ends_it();
    test_a_converter_that_is_gone_ends_it_in_the_same_run();
    test_a_start_that_fails_says_why_and_a_later_one_forgets_it();
    test_samples_do_not_wait_for_the_host();
    free(acquisition);
    free(stream);
    return 0;
}
