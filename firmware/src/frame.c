#include "frame.h"

#include <stdbool.h>
#include <string.h>

#include "bytes.h"

#define COBS_FULL 0xFFU /* the code of a block without a zero after it: 254 bytes without a zero */

uint32_t frame_crc(uint32_t crc, const uint8_t *bytes, uint32_t length)
{
    /* One entry for each half byte; entry i is i after four steps of the reflected polynomial 0xEDB88320. */
    static const uint32_t table[16] = {
        0x00000000U, 0x1DB71064U, 0x3B6E20C8U, 0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U, 0x4DB26158U, 0x5005713CU,
        0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU, 0x9B64C2B0U, 0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU,
    };
    crc = ~crc;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ table[crc & 15U];
        crc = crc >> 4 ^ table[crc & 15U];
    }
    return ~crc;
}

void frame_decoder_reset(struct frame_decoder *decoder)
{
    memset(decoder, 0, sizeof *decoder);
}

static void decoder_append(struct frame_decoder *decoder, uint8_t byte)
{
    if (decoder->count < sizeof decoder->bytes) {
        decoder->bytes[decoder->count++] = byte;
    } else {
        decoder->overlong = 1;
    }
}

/* Check the bytes between two delimiters, and prepare for the next frame. */
static enum frame_event decoder_finish(struct frame_decoder *decoder)
{
    const uint32_t count = decoder->count;
    const bool empty = decoder->code == 0;
    const bool whole = decoder->left == 0 && !decoder->overlong && count >= PROTOCOL_FRAME_OVERHEAD;
    decoder->count = 0;
    decoder->left = decoder->code = decoder->overlong = 0;
    if (empty) {
        return FRAME_NOTHING;
    }
    if (!whole || frame_crc(0, decoder->bytes, count - PROTOCOL_CRC_BYTES)
                      != bytes_get32(decoder->bytes + count - PROTOCOL_CRC_BYTES)) {
        return FRAME_CORRUPT;
    }
    const struct protocol_frame_header header = protocol_unpack_frame_header(decoder->bytes);
    decoder->type = header.type;
    decoder->sequence = header.sequence;
    decoder->payload = decoder->bytes + PAYLOAD_FRAME_HEADER;
    decoder->length = count - PROTOCOL_FRAME_OVERHEAD;
    return FRAME_READY;
}

enum frame_event frame_decode(struct frame_decoder *decoder, uint8_t byte)
{
    if (byte == 0) {
        return decoder_finish(decoder);
    }
    if (decoder->left > 0) {
        decoder->left--;
        decoder_append(decoder, byte);
    } else {
        if (decoder->code != 0 && decoder->code != COBS_FULL) {
            decoder_append(decoder, 0);
        }
        decoder->code = byte;
        decoder->left = (uint8_t)(byte - 1);
    }
    return FRAME_NOTHING;
}

/* The state of COBS encoding: `code` is the place of the current block's code, which is written at the block's end. */
struct stuffer {
    uint8_t *code, *next;
};

static void stuff(struct stuffer *stuffer, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (stuffer->next - stuffer->code == COBS_FULL) {
            *stuffer->code = COBS_FULL;
            stuffer->code = stuffer->next++;
        }
        if (bytes[i] == 0) {
            *stuffer->code = (uint8_t)(stuffer->next - stuffer->code);
            stuffer->code = stuffer->next++;
        } else {
            *stuffer->next++ = bytes[i];
        }
    }
}

uint32_t frame_encode(uint8_t *out, uint8_t type, uint16_t sequence, const uint8_t *payload, uint32_t length)
{
    const struct protocol_frame_header fields = {.type = type, .sequence = sequence};
    uint8_t header[PAYLOAD_FRAME_HEADER], crc[PROTOCOL_CRC_BYTES];
    protocol_pack_frame_header(header, &fields);
    bytes_put(crc, frame_crc(frame_crc(0, header, sizeof header), payload, length), sizeof crc);

    struct stuffer stuffer = {out, out + 1};
    stuff(&stuffer, header, sizeof header);
    stuff(&stuffer, payload, length);
    stuff(&stuffer, crc, sizeof crc);
    *stuffer.code = (uint8_t)(stuffer.next - stuffer.code);
    *stuffer.next++ = 0;
    return (uint32_t)(stuffer.next - out);
}
