/* Fuzzes the whole application over the host board. The input is a script:
 *
 *     room u8                              number of frames that the board can store to send, 1 to 8
 *     { type u8 | gap u8 | length u8 | payload } ..
 *
 * A message is sent as a frame with a right CRC, so that its command is processed; its number is the next one plus `gap`.
 * Type 0 means no frame: the payload is sent as it is. Between two messages the earbud works and its answers are read: all
 * of them or, after an odd gap, none.
 *
 * For any input, the earbud sends only whole frames with successive numbers, and never more bytes than it has room for. */
#include "app.h"
#include "board.h"
#include "check.h"
#include "frame.h"
#include "host/host.h"
#include "link.h"

#define POLLS 1000000 /* more than the longest work: an application that is still busy then hangs */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __real_board_send(const uint8_t *bytes, uint32_t length);
void __wrap_board_send(const uint8_t *bytes, uint32_t length);

static uint8_t answers[FRAME_WIRE_BYTES(FRAME_PAYLOAD_OUT)]; /* the frame that is being sent */
static uint32_t answered;                                    /* bytes of it so far */
static uint16_t expected;                                    /* its number */

void __wrap_board_send(const uint8_t *bytes, uint32_t length)
{
    CHECK(length <= board_send_room());
    __real_board_send(bytes, length);
}

/* Check that `answers` has a frame, without frame_decode, whose limit is that of received frames. */
static void check_frame(void)
{
    uint8_t body[sizeof answers];
    uint32_t count = 0;
    for (uint32_t i = 0; answers[i] != 0;) {
        const uint32_t code = answers[i];
        CHECK(i + code < answered);
        memcpy(body + count, answers + i + 1, code - 1);
        count += code - 1;
        i += code;
        if (code < 0xFF && answers[i] != 0) {
            body[count++] = 0;
        }
    }
    CHECK(count >= PROTOCOL_FRAME_OVERHEAD && count <= FRAME_PAYLOAD_OUT + PROTOCOL_FRAME_OVERHEAD);
    const uint32_t crc = frame_crc(0, body, count - PROTOCOL_CRC_BYTES);
    CHECK(bytes_get32(body + count - PROTOCOL_CRC_BYTES) == crc);
    CHECK(protocol_unpack_frame_header(body).sequence == expected);
    expected++;
}

static void take_answers(void)
{
    static uint8_t bytes[HOST_SEND_BYTES];
    const uint32_t count = host_drain(bytes, sizeof bytes);
    for (uint32_t i = 0; i < count; i++) {
        CHECK(answered < sizeof answers);
        answers[answered++] = bytes[i];
        if (bytes[i] == 0) {
            check_frame();
            answered = 0;
        }
    }
}

static void work(void)
{
    for (uint32_t polls = 0; app_poll(); polls++) {
        CHECK(polls < POLLS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    host_reset((1U + data[0] % 8U) * LINK_SEND_BYTES, 0);
    answered = expected = 0;
    app_start();
    uint16_t number = 0;
    for (size_t at = 1; at + 3 <= size;) {
        const uint8_t type = data[at], gap = data[at + 1];
        const uint32_t rest = (uint32_t)(size - at - 3), length = data[at + 2] < rest ? data[at + 2] : rest;
        uint8_t *payload = exact_copy(data + at + 3, length);
        number = (uint16_t)(number + gap);
        if (type == 0) {
            host_feed(payload, length);
        } else {
            uint8_t wire[FRAME_WIRE_BYTES(255)];
            const uint32_t octets = frame_encode(wire, type, number++, payload, length);
            host_feed(wire, octets);
        }
        free(payload);
        at += 3 + length;
        work();
        if (gap % 2 == 0) {
            take_answers();
            work();
        }
    }
    for (;;) { /* until nothing more is sent */
        const uint32_t before = board_send_room();
        take_answers();
        work();
        if (board_send_room() >= before && board_send_room() == (1U + data[0] % 8U) * LINK_SEND_BYTES) {
            break;
        }
    }
    CHECK(answered == 0);
    return 0;
}
