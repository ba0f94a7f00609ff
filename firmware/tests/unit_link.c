/* link.h: each way in which a number can be wrong, and the report of it. */
#include "link.h"

#include "wire.h"

static struct link host_link;

static enum link_event receive(uint8_t type, uint16_t sequence, const void *payload, uint32_t length)
{
    wire_send(type, sequence, payload, length);
    return link_receive(&host_link);
}

static enum link_event query(uint16_t sequence)
{
    return receive(MESSAGE_QUERY, sequence, NULL, 0);
}

static enum link_event hello(uint16_t sequence, uint8_t session)
{
    const struct protocol_opening opening = {.session = session};
    uint8_t payload[PAYLOAD_OPENING];
    protocol_pack_opening(payload, &opening);
    return receive(MESSAGE_HELLO, sequence, payload, sizeof payload);
}

static void boot(void)
{
    host_reset(HOST_SEND_BYTES, 0);
    link_reset(&host_link);
}

static void test_the_first_number_after_boot_is_taken_whatever_it_is(void)
{
    for (uint32_t first = 0; first <= 0xFFFF; first += 0x1111) {
        boot();
        CHECK(query((uint16_t)first) == LINK_FRAME);
        CHECK(host_link.expected == (uint16_t)(first + 1U) && host_link.frames_in == 1 && host_link.missing_in == 0);
        CHECK(wire_take() == 0);
    }
}

static void test_numbers_in_turn_are_taken_beyond_the_wrap(void)
{
    boot();
    for (uint32_t i = 0; i < 10; i++) {
        CHECK(query((uint16_t)(0xFFFBU + i)) == LINK_FRAME);
    }
    CHECK(host_link.frames_in == 10 && host_link.missing_in == 0 && host_link.stale_in == 0 && wire_take() == 0);
}

static void test_a_gap_is_told_once_and_the_frame_behind_it_is_taken(void)
{
    boot();
    CHECK(query(0xFFFE) == LINK_FRAME);
    CHECK(query(3) == LINK_FRAME);
    CHECK(wire_take() == 1 && wire_is_error(0, ERROR_LOST, 0xFFFF, 4));
    CHECK(query(4) == LINK_FRAME);
    CHECK(wire_take() == 0 && host_link.missing_in == 4 && host_link.frames_in == 3);
}

static void test_the_widest_gap_and_the_oldest_frame_are_told_apart(void)
{
    boot();
    CHECK(query(0) == LINK_FRAME);
    CHECK(query(0x8000) == LINK_FRAME); /* 1 was expected: 0x7FFF ahead */
    CHECK(wire_take() == 1 && wire_is_error(0, ERROR_LOST, 1, 0x7FFF));
    CHECK(query(1) == LINK_DROPPED); /* 0x8001 was expected: 0x8000 behind */
    CHECK(host_link.stale_in == 1 && host_link.expected == 0x8001 && host_link.frames_in == 2);
    CHECK(wire_take() == 0);
}

static void test_a_frame_that_came_before_is_dropped(void)
{
    boot();
    CHECK(query(7) == LINK_FRAME);
    CHECK(query(7) == LINK_DROPPED && query(6) == LINK_DROPPED);
    CHECK(host_link.stale_in == 2 && host_link.frames_in == 1);
    CHECK(query(8) == LINK_FRAME);
}

static void test_a_session_begins_the_numbers_anew_and_its_repetition_does_not(void)
{
    boot();
    CHECK(query(100) == LINK_FRAME);
    CHECK(hello(5, 1) == LINK_OPENED);
    CHECK(host_link.session == 1 && host_link.expected == 6);
    CHECK(hello(6, 1) == LINK_FRAME);
    CHECK(hello(6, 1) == LINK_DROPPED); /* the same frame twice */
    CHECK(hello(2, 2) == LINK_OPENED);
    CHECK(host_link.session == 2 && host_link.expected == 3);
    CHECK(wire_take() == 0);
}

static void test_a_hello_of_another_length_opens_nothing(void)
{
    boot();
    CHECK(query(0) == LINK_FRAME);
    CHECK(receive(MESSAGE_HELLO, 1, "\1\0\0\0\0", 5) == LINK_FRAME && host_link.session == 0);
    CHECK(receive(MESSAGE_HELLO, 2, NULL, 0) == LINK_FRAME && host_link.session == 0);
}

static void test_what_does_not_decode_is_counted_and_told_and_the_next_is_taken(void)
{
    boot();
    CHECK(query(0) == LINK_FRAME);
    for (uint32_t count = 1; count <= 3; count++) {
        CHECK(host_feed((const uint8_t *)"\x03noise", 7) == 7);
        CHECK(link_receive(&host_link) == LINK_DROPPED);
        CHECK(wire_take() == 1 && wire_is_error(0, ERROR_CORRUPT, 1, count) && host_link.corrupt_in == count);
    }
    CHECK(query(1) == LINK_FRAME);
}

static void test_one_frame_is_read_at_a_time(void)
{
    boot();
    wire_send(MESSAGE_QUERY, 0, NULL, 0);
    wire_send(MESSAGE_STOP, 1, NULL, 0);
    CHECK(link_receive(&host_link) == LINK_FRAME && host_link.decoder.type == MESSAGE_QUERY);
    CHECK(link_receive(&host_link) == LINK_FRAME && host_link.decoder.type == MESSAGE_STOP);
    CHECK(link_receive(&host_link) == LINK_NOTHING);
}

static void test_a_frame_that_is_passed_over_uses_its_number(void)
{
    boot();
    link_send(&host_link, MESSAGE_STATUS, NULL, 0);
    link_skip(&host_link);
    link_send_error(&host_link, ERROR_INDEX, 0x1234, 0x89ABCDEFU);
    CHECK(wire_take() == 2 && wire_frames[0].sequence == 0 && wire_frames[1].sequence == 2);
    CHECK(wire_is_error(1, ERROR_INDEX, 0x1234, 0x89ABCDEFU) && host_link.frames_out == 3);
}

static void test_there_is_room_for_the_longest_frame_and_a_notice(void)
{
    static uint8_t longest[FRAME_PAYLOAD_OUT];
    memset(longest, 1, sizeof longest);
    for (uint32_t room = LINK_SEND_BYTES - 1U; room <= LINK_SEND_BYTES; room++) {
        host_reset(room, 0);
        link_reset(&host_link);
        CHECK(link_has_room() == (room == LINK_SEND_BYTES));
    }
    link_send(&host_link, MESSAGE_TOKENS, longest, sizeof longest);
    link_send_error(&host_link, ERROR_LOST, 0, 1); /* the host board halts if there is no room */
    CHECK(wire_take() == 2);
}

int main(void)
{
    test_the_first_number_after_boot_is_taken_whatever_it_is();
    test_numbers_in_turn_are_taken_beyond_the_wrap();
    test_a_gap_is_told_once_and_the_frame_behind_it_is_taken();
    test_the_widest_gap_and_the_oldest_frame_are_told_apart();
    test_a_frame_that_came_before_is_dropped();
    test_a_session_begins_the_numbers_anew_and_its_repetition_does_not();
    test_a_hello_of_another_length_opens_nothing();
    test_what_does_not_decode_is_counted_and_told_and_the_next_is_taken();
    test_one_frame_is_read_at_a_time();
    test_a_frame_that_is_passed_over_uses_its_number();
    test_there_is_room_for_the_longest_frame_and_a_notice();
    return 0;
}
