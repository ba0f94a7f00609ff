/* frame.h: buffers of exactly the specified size, every length, every place of a truncation. */
#include "frame.h"

#include "check.h"

/* The contents of a payload of `length` bytes: zeros, bytes without a zero, or both in turn. */
enum fill { ZEROS, NO_ZERO, MIXED, FILLS };

static uint8_t *payload_of(enum fill fill, uint32_t length)
{
    uint8_t *bytes = malloc(length > 0 ? length : 1);
    CHECK(bytes != NULL);
    for (uint32_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)(fill == ZEROS ? 0 : fill == NO_ZERO ? 1 + i % 255 : i % 3 * 77);
    }
    return bytes;
}

/* Encode a frame in a buffer of the size that frame.h specifies; the caller frees it. */
static uint8_t *encoded(enum fill fill, uint32_t length, uint32_t *count)
{
    uint8_t *payload = payload_of(fill, length);
    uint8_t *wire = malloc(FRAME_WIRE_BYTES(length));
    CHECK(wire != NULL);
    *count = frame_encode(wire, MESSAGE_SAMPLES, (uint16_t)(length * 3), payload, length);
    CHECK(*count <= FRAME_WIRE_BYTES(length));
    free(payload);
    return wire;
}

static enum frame_event decode(struct frame_decoder *decoder, const uint8_t *wire, uint32_t count)
{
    enum frame_event last = FRAME_NOTHING;
    for (uint32_t i = 0; i < count; i++) {
        CHECK(last == FRAME_NOTHING);
        last = frame_decode(decoder, wire[i]);
    }
    return last;
}

/* On the heap, so that a write beyond it is detected. */
static struct frame_decoder *new_decoder(void)
{
    struct frame_decoder *decoder = malloc(sizeof *decoder);
    CHECK(decoder != NULL);
    frame_decoder_reset(decoder);
    return decoder;
}

static void test_the_crc_is_that_of_zlib_and_goes_on_from_any_place(void)
{
    const uint8_t *digits = (const uint8_t *)"123456789";
    CHECK(frame_crc(0, digits, 9) == 0xCBF43926U); /* the check value of CRC-32/ISO-HDLC */
    CHECK(frame_crc(0x12345678U, digits, 0) == 0x12345678U);
    for (uint32_t cut = 0; cut <= 9; cut++) {
        CHECK(frame_crc(frame_crc(0, digits, cut), digits + cut, 9 - cut) == 0xCBF43926U);
    }
}

static void test_every_length_comes_back_whole(void)
{
    struct frame_decoder *decoder = new_decoder();
    for (uint32_t length = 0; length <= FRAME_PAYLOAD_IN; length++) {
        for (enum fill fill = ZEROS; fill < FILLS; fill++) {
            uint32_t count;
            uint8_t *wire = encoded(fill, length, &count), *payload = payload_of(fill, length);
            CHECK(memchr(wire, 0, count) == wire + count - 1);
            CHECK(decode(decoder, wire, count) == FRAME_READY);
            CHECK(decoder->type == MESSAGE_SAMPLES && decoder->sequence == (uint16_t)(length * 3));
            CHECK(decoder->length == length && memcmp(decoder->payload, payload, length) == 0);
            free(payload);
            free(wire);
        }
    }
    free(decoder);
}

static void test_answers_fit_the_promised_bytes_and_some_take_them_all(void)
{
    uint32_t full = 0;
    for (uint32_t length = 0; length <= 3 * 254; length++) {
        for (enum fill fill = ZEROS; fill < FILLS; fill++) {
            uint32_t count;
            free(encoded(fill, length, &count));
            full += count == FRAME_WIRE_BYTES(length);
        }
    }
    CHECK(full > 0);
}

static void test_a_frame_broken_off_anywhere_is_corrupt_and_the_next_is_whole(void)
{
    struct frame_decoder *decoder = new_decoder();
    uint32_t count;
    uint8_t *wire = encoded(MIXED, FRAME_PAYLOAD_IN, &count);
    for (uint32_t cut = 1; cut < count - 1; cut++) {
        CHECK(decode(decoder, wire, cut) == FRAME_NOTHING);
        CHECK(frame_decode(decoder, 0) == FRAME_CORRUPT);
        CHECK(decode(decoder, wire, count) == FRAME_READY);
    }
    free(wire);
    free(decoder);
}

static void test_a_payload_one_too_long_is_corrupt(void)
{
    struct frame_decoder *decoder = new_decoder();
    for (uint32_t extra = 1; extra < 600; extra++) {
        uint32_t count;
        uint8_t *wire = encoded(extra % 2 ? NO_ZERO : ZEROS, FRAME_PAYLOAD_IN + extra, &count);
        CHECK(decode(decoder, wire, count) == FRAME_CORRUPT);
        free(wire);
    }
    free(decoder);
}

static void test_no_bytes_between_delimiters_are_nothing(void)
{
    struct frame_decoder *decoder = new_decoder();
    for (int i = 0; i < 5; i++) {
        CHECK(frame_decode(decoder, 0) == FRAME_NOTHING);
    }
    free(decoder);
}

static void test_too_few_bytes_for_a_header_and_a_crc_are_corrupt(void)
{
    struct frame_decoder *decoder = new_decoder();
    for (uint32_t count = 1; count < PROTOCOL_FRAME_OVERHEAD; count++) {
        CHECK(frame_decode(decoder, (uint8_t)(count + 1)) == FRAME_NOTHING);
        for (uint32_t i = 0; i < count; i++) {
            CHECK(frame_decode(decoder, 0x11) == FRAME_NOTHING);
        }
        CHECK(frame_decode(decoder, 0) == FRAME_CORRUPT);
    }
    free(decoder);
}

int main(void)
{
    test_the_crc_is_that_of_zlib_and_goes_on_from_any_place();
    test_every_length_comes_back_whole();
    test_answers_fit_the_promised_bytes_and_some_take_them_all();
    test_a_frame_broken_off_anywhere_is_corrupt_and_the_next_is_whole();
    test_a_payload_one_too_long_is_corrupt();
    test_no_bytes_between_delimiters_are_nothing();
    test_too_few_bytes_for_a_header_and_a_crc_are_corrupt();
    return 0;
}
