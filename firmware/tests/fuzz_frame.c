/* Fuzzes the frame codec. The first byte decides how the others are used:
 *
 *     even    as a byte stream from the wire. A decoded frame, encoded again, is not longer than before and decodes to the
 *             same frame; its bytes are the same unless the stream had a block that no encoder writes.
 *     odd     as type, sequence and payload of a frame, and a place in it. The frame decodes to itself; with the bit at
 *             that place flipped it does not. */
#include "frame.h"

#include <stddef.h>

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct frame_decoder *new_decoder(void)
{
    struct frame_decoder *decoder = malloc(sizeof *decoder);
    CHECK(decoder != NULL);
    frame_decoder_reset(decoder);
    return decoder;
}

static enum frame_event decode(struct frame_decoder *decoder, const uint8_t *wire, uint32_t count)
{
    enum frame_event last = FRAME_NOTHING;
    for (uint32_t i = 0; i < count; i++) {
        last = frame_decode(decoder, wire[i]);
    }
    return last;
}

/* Check that the frame in the decoder is that of the `count` bytes at `wire`, of which the last is the delimiter. */
static void check_encodes_again(const struct frame_decoder *decoder, const uint8_t *wire, uint32_t count)
{
    uint8_t *again = malloc(FRAME_WIRE_BYTES(decoder->length));
    CHECK(again != NULL);
    const uint32_t length =
        frame_encode(again, decoder->type, decoder->sequence, decoder->payload, decoder->length);
    CHECK(length <= FRAME_WIRE_BYTES(decoder->length) && length <= count);
    CHECK(memchr(wire, 0xFF, count) != NULL || (length == count && memcmp(again, wire, count) == 0));

    struct frame_decoder *other = new_decoder();
    CHECK(decode(other, again, length) == FRAME_READY);
    CHECK(other->type == decoder->type && other->sequence == decoder->sequence && other->length == decoder->length);
    CHECK(memcmp(other->payload, decoder->payload, decoder->length) == 0);
    free(other);
    free(again);
}

static void fuzz_stream(const uint8_t *bytes, size_t size)
{
    struct frame_decoder *decoder = new_decoder();
    size_t begin = 0;
    for (size_t i = 0; i < size; i++) {
        if (frame_decode(decoder, bytes[i]) == FRAME_READY) {
            CHECK(bytes[i] == 0 && decoder->length <= FRAME_PAYLOAD_IN);
            check_encodes_again(decoder, bytes + begin, (uint32_t)(i + 1 - begin));
        }
        begin = bytes[i] == 0 ? i + 1 : begin;
    }
    free(decoder);
}

static void fuzz_frame(const uint8_t *bytes, size_t size)
{
    if (size < 5 || size - 5 > FRAME_PAYLOAD_IN) {
        return;
    }
    const uint16_t sequence = (uint16_t)(bytes[1] | bytes[2] << 8), place = (uint16_t)(bytes[3] | bytes[4] << 8);
    uint8_t *payload = exact_copy(bytes + 5, size - 5), *wire = malloc(FRAME_WIRE_BYTES(size - 5));
    CHECK(wire != NULL);
    const uint32_t count = frame_encode(wire, bytes[0], sequence, payload, (uint32_t)(size - 5));
    CHECK(memchr(wire, 0, count) == wire + count - 1);

    struct frame_decoder *decoder = new_decoder();
    CHECK(decode(decoder, wire, count) == FRAME_READY);
    CHECK(decoder->type == bytes[0] && decoder->sequence == sequence && decoder->length == size - 5);
    CHECK(memcmp(decoder->payload, payload, size - 5) == 0);

    wire[place / 8 % (count - 1)] ^= (uint8_t)(1 << place % 8);
    CHECK(decode(decoder, wire, count) != FRAME_READY);
    free(decoder);
    free(wire);
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        (data[0] % 2 == 0 ? fuzz_stream : fuzz_frame)(data + 1, size - 1);
    }
    return 0;
}
