/* Frames: the coding of a message in a byte stream. spec/framing.py is the definition.
 *
 *     COBS( type u8 | sequence u16 | payload | crc u32 ) 0x00 */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

#include "design.h"
#include "protocol.h"

#define FRAME_ROW_BYTES (PROTOCOL_SAMPLE_BYTES * DESIGN_CHANNELS)

/* The longest received payload: a full SAMPLES or a CONFIGURE. */
#define FRAME_SAMPLES_BYTES (PAYLOAD_SAMPLES_HEADER + FRAME_ROW_BYTES * DESIGN_SAMPLES_PER_FRAME)
#define FRAME_PAYLOAD_IN (FRAME_SAMPLES_BYTES > PAYLOAD_CONFIGURE ? FRAME_SAMPLES_BYTES : PAYLOAD_CONFIGURE)

/* The longest sent payload: a TOKENS, a TICK of bands, a full CODES, a HELLO or a STATUS. */
#define FRAME_TOKENS_BYTES (PAYLOAD_TOKENS_HEADER + 2U * DESIGN_PATCH)
#define FRAME_TICK_VALUES ((uint32_t)(DESIGN_BANDS > DESIGN_CHANNELS ? DESIGN_BANDS : DESIGN_CHANNELS))
#define FRAME_TICK_BYTES (PAYLOAD_TICK_HEADER + 4U * FRAME_TICK_VALUES)
#define FRAME_CODES_BYTES (PAYLOAD_CODES_HEADER + FRAME_ROW_BYTES * DESIGN_CODES_PER_FRAME)
#define FRAME_LONGER(a, b) ((a) > (b) ? (a) : (b))
#define FRAME_PAYLOAD_OUT \
    FRAME_LONGER(FRAME_LONGER(FRAME_TOKENS_BYTES, FRAME_TICK_BYTES), \
                 FRAME_LONGER(FRAME_CODES_BYTES, FRAME_LONGER(PAYLOAD_HELLO, PAYLOAD_STATUS)))

/* The bytes on the wire: COBS adds one byte and one more for each 254; the delimiter is one byte. */
#define FRAME_WIRE_BYTES(payload) ((payload) + PROTOCOL_FRAME_OVERHEAD + ((payload) + PROTOCOL_FRAME_OVERHEAD) / 254 + 2)

enum frame_event {
    FRAME_NOTHING,  /* more bytes are needed */
    FRAME_READY,    /* type, sequence, payload and length describe a frame, until the next byte is decoded */
    FRAME_CORRUPT,  /* the bytes before the delimiter are not a frame */
};

struct frame_decoder {
    uint8_t bytes[FRAME_PAYLOAD_IN + PROTOCOL_FRAME_OVERHEAD];
    uint32_t count;     /* bytes decoded so far, 0 .. sizeof bytes */
    uint8_t left;       /* bytes until the next COBS code */
    uint8_t code;       /* the last COBS code; 0 at a frame's start */
    uint8_t overlong;   /* 1 if the frame is longer than `bytes` */

    uint8_t type;
    uint16_t sequence;
    const uint8_t *payload;
    uint32_t length;    /* bytes of payload, 0 .. FRAME_PAYLOAD_IN */
};

void frame_decoder_reset(struct frame_decoder *decoder);

/* Decode one received byte. */
enum frame_event frame_decode(struct frame_decoder *decoder, uint8_t byte);

/* Encode a frame with its delimiter; `out` has room for FRAME_WIRE_BYTES(length). Returns the number of bytes written. */
uint32_t frame_encode(uint8_t *out, uint8_t type, uint16_t sequence, const uint8_t *payload, uint32_t length);

/* CRC-32 (IEEE 802.3, as in zlib) of `length` bytes after the bytes whose CRC is `crc`; 0 at the start. */
uint32_t frame_crc(uint32_t crc, const uint8_t *bytes, uint32_t length);

#endif
