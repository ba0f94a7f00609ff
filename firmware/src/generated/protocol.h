/* The wire protocol's numbers. Generated from spec/messages.py, which says what they mean; to renew: earloop spec generate */
#ifndef EARLOOP_PROTOCOL_H
#define EARLOOP_PROTOCOL_H

#include <stdint.h>
#include <string.h>

#include "bytes.h"

#define PROTOCOL_VERSION 2
#define PROTOCOL_SAMPLE_BYTES 3
#define PROTOCOL_CRC_BYTES 4u
#define PROTOCOL_FRAME_OVERHEAD 7 /* type, sequence and CRC */

#define MESSAGE_HELLO 1u
#define MESSAGE_CONFIGURE 2u
#define MESSAGE_START 3u
#define MESSAGE_SAMPLES 4u
#define MESSAGE_TOKENS 5u
#define MESSAGE_STATUS 6u
#define MESSAGE_STOP 7u
#define MESSAGE_ERROR 8u
#define MESSAGE_QUERY 9u
#define MESSAGE_CODES 10u
#define MESSAGE_TICK 11u

#define STATE_IDLE 0u
#define STATE_CONFIGURED 1u
#define STATE_RUNNING 2u
#define STATE_STOPPING 3u

#define ERROR_DESIGN_MISMATCH 1u
#define ERROR_BAD_STATE 2u
#define ERROR_BAD_LENGTH 3u
#define ERROR_LOST 4u
#define ERROR_OVERRUN 5u
#define ERROR_UNKNOWN_MESSAGE 6u
#define ERROR_CORRUPT 7u
#define ERROR_UNSUPPORTED 8u
#define ERROR_INDEX 9u
#define ERROR_RUN 10u

#define TAP_DECIMATED 1u
#define TAP_NOTCHED 2u
#define TAP_BANDS 4u
#define TAP_TOKENS 8u
#define TAP_CODES 16u

#define SOURCE_INJECTED 1u
#define SOURCE_SPI 2u
#define SOURCE_BRIDGE 4u

#define FAULT_NONE 0u
#define FAULT_KERNEL 1u
#define FAULT_MEMORY 2u
#define FAULT_CONVERTER_ID 3u
#define FAULT_CONVERTER_REGISTERS 4u
#define FAULT_CONVERTER_SILENT 5u
#define FAULT_CONVERTER_STATUS 6u
#define FAULT_CONVERTER_RESET 7u
#define FAULT_OVERRUN 8u
#define FAULT_WATCHDOG 9u
#define FAULT_CRASH 10u

/* Bytes of each payload, or of its fixed part. */
#define PAYLOAD_OPENING 4u
#define PAYLOAD_HELLO 73u
#define PAYLOAD_CONFIGURE 35u
#define PAYLOAD_START 6u
#define PAYLOAD_STATUS 79u
#define PAYLOAD_ERROR 7u
#define PAYLOAD_SAMPLES_HEADER 4u
#define PAYLOAD_CODES_HEADER 6u
#define PAYLOAD_TICK_HEADER 8u
#define PAYLOAD_TOKENS_HEADER 8u
#define PAYLOAD_FRAME_HEADER 3u

/* Bytes of each string of bytes in a payload. */
#define PAYLOAD_HELLO_DESIGN_HASH 32u
#define PAYLOAD_HELLO_BUILD 8u
#define PAYLOAD_HELLO_SERIAL 12u
#define PAYLOAD_CONFIGURE_DESIGN_HASH 32u

/* Each payload, or its fixed part, as a struct. protocol_pack_ writes it to a payload of PAYLOAD_ bytes and returns the
 * place behind it; protocol_unpack_ reads it from such a payload, in which its strings of bytes stay. */

struct protocol_opening {
    uint32_t session;
};

static inline uint8_t *protocol_pack_opening(uint8_t *out, const struct protocol_opening *fields)
{
    bytes_put(out, fields->session, 4);
    return out + 4;
}

static inline struct protocol_opening protocol_unpack_opening(const uint8_t *in)
{
    struct protocol_opening fields;
    fields.session = bytes_get32(in);
    return fields;
}

struct protocol_hello {
    uint8_t protocol;
    const uint8_t *design_hash; /* 32 bytes */
    const uint8_t *build; /* 8 bytes */
    const uint8_t *serial; /* 12 bytes */
    uint16_t taps;
    uint8_t sources;
    uint8_t channels;
    uint8_t bands;
    uint8_t patch;
    uint8_t samples_per_frame;
    uint8_t credit_frames;
    uint16_t boots;
    uint8_t self_test;
    uint8_t boot_cause;
    uint32_t session;
    uint32_t frames_out;
};

static inline uint8_t *protocol_pack_hello(uint8_t *out, const struct protocol_hello *fields)
{
    bytes_put(out, fields->protocol, 1);
    memcpy(out + 1, fields->design_hash, 32);
    memcpy(out + 33, fields->build, 8);
    memcpy(out + 41, fields->serial, 12);
    bytes_put(out + 53, fields->taps, 2);
    bytes_put(out + 55, fields->sources, 1);
    bytes_put(out + 56, fields->channels, 1);
    bytes_put(out + 57, fields->bands, 1);
    bytes_put(out + 58, fields->patch, 1);
    bytes_put(out + 59, fields->samples_per_frame, 1);
    bytes_put(out + 60, fields->credit_frames, 1);
    bytes_put(out + 61, fields->boots, 2);
    bytes_put(out + 63, fields->self_test, 1);
    bytes_put(out + 64, fields->boot_cause, 1);
    bytes_put(out + 65, fields->session, 4);
    bytes_put(out + 69, fields->frames_out, 4);
    return out + 73;
}

static inline struct protocol_hello protocol_unpack_hello(const uint8_t *in)
{
    struct protocol_hello fields;
    fields.protocol = in[0];
    fields.design_hash = in + 1;
    fields.build = in + 33;
    fields.serial = in + 41;
    fields.taps = bytes_get16(in + 53);
    fields.sources = in[55];
    fields.channels = in[56];
    fields.bands = in[57];
    fields.patch = in[58];
    fields.samples_per_frame = in[59];
    fields.credit_frames = in[60];
    fields.boots = bytes_get16(in + 61);
    fields.self_test = in[63];
    fields.boot_cause = in[64];
    fields.session = bytes_get32(in + 65);
    fields.frames_out = bytes_get32(in + 69);
    return fields;
}

struct protocol_configure {
    const uint8_t *design_hash; /* 32 bytes */
    uint16_t taps;
    uint8_t source;
};

static inline uint8_t *protocol_pack_configure(uint8_t *out, const struct protocol_configure *fields)
{
    memcpy(out, fields->design_hash, 32);
    bytes_put(out + 32, fields->taps, 2);
    bytes_put(out + 34, fields->source, 1);
    return out + 35;
}

static inline struct protocol_configure protocol_unpack_configure(const uint8_t *in)
{
    struct protocol_configure fields;
    fields.design_hash = in;
    fields.taps = bytes_get16(in + 32);
    fields.source = in[34];
    return fields;
}

struct protocol_start {
    uint32_t first;
    uint16_t run;
};

static inline uint8_t *protocol_pack_start(uint8_t *out, const struct protocol_start *fields)
{
    bytes_put(out, fields->first, 4);
    bytes_put(out + 4, fields->run, 2);
    return out + 6;
}

static inline struct protocol_start protocol_unpack_start(const uint8_t *in)
{
    struct protocol_start fields;
    fields.first = bytes_get32(in);
    fields.run = bytes_get16(in + 4);
    return fields;
}

struct protocol_status {
    uint32_t session;
    uint8_t state;
    uint8_t source;
    uint16_t taps;
    uint8_t fault;
    uint16_t boots;
    uint16_t run;
    uint32_t first;
    uint32_t credit;
    uint32_t received;
    uint32_t ticks;
    uint64_t tick_clocks;
    uint32_t tick_clocks_max;
    uint32_t saturated_inputs;
    uint32_t saturated_bands;
    uint32_t saturated_tokens;
    uint8_t lead_off_p;
    uint8_t lead_off_n;
    uint16_t restarts;
    uint16_t expected;
    uint32_t frames_in;
    uint32_t missing_in;
    uint32_t stale_in;
    uint32_t corrupt_in;
    uint32_t frames_out;
};

static inline uint8_t *protocol_pack_status(uint8_t *out, const struct protocol_status *fields)
{
    bytes_put(out, fields->session, 4);
    bytes_put(out + 4, fields->state, 1);
    bytes_put(out + 5, fields->source, 1);
    bytes_put(out + 6, fields->taps, 2);
    bytes_put(out + 8, fields->fault, 1);
    bytes_put(out + 9, fields->boots, 2);
    bytes_put(out + 11, fields->run, 2);
    bytes_put(out + 13, fields->first, 4);
    bytes_put(out + 17, fields->credit, 4);
    bytes_put(out + 21, fields->received, 4);
    bytes_put(out + 25, fields->ticks, 4);
    bytes_put(out + 29, fields->tick_clocks, 8);
    bytes_put(out + 37, fields->tick_clocks_max, 4);
    bytes_put(out + 41, fields->saturated_inputs, 4);
    bytes_put(out + 45, fields->saturated_bands, 4);
    bytes_put(out + 49, fields->saturated_tokens, 4);
    bytes_put(out + 53, fields->lead_off_p, 1);
    bytes_put(out + 54, fields->lead_off_n, 1);
    bytes_put(out + 55, fields->restarts, 2);
    bytes_put(out + 57, fields->expected, 2);
    bytes_put(out + 59, fields->frames_in, 4);
    bytes_put(out + 63, fields->missing_in, 4);
    bytes_put(out + 67, fields->stale_in, 4);
    bytes_put(out + 71, fields->corrupt_in, 4);
    bytes_put(out + 75, fields->frames_out, 4);
    return out + 79;
}

static inline struct protocol_status protocol_unpack_status(const uint8_t *in)
{
    struct protocol_status fields;
    fields.session = bytes_get32(in);
    fields.state = in[4];
    fields.source = in[5];
    fields.taps = bytes_get16(in + 6);
    fields.fault = in[8];
    fields.boots = bytes_get16(in + 9);
    fields.run = bytes_get16(in + 11);
    fields.first = bytes_get32(in + 13);
    fields.credit = bytes_get32(in + 17);
    fields.received = bytes_get32(in + 21);
    fields.ticks = bytes_get32(in + 25);
    fields.tick_clocks = bytes_get64(in + 29);
    fields.tick_clocks_max = bytes_get32(in + 37);
    fields.saturated_inputs = bytes_get32(in + 41);
    fields.saturated_bands = bytes_get32(in + 45);
    fields.saturated_tokens = bytes_get32(in + 49);
    fields.lead_off_p = in[53];
    fields.lead_off_n = in[54];
    fields.restarts = bytes_get16(in + 55);
    fields.expected = bytes_get16(in + 57);
    fields.frames_in = bytes_get32(in + 59);
    fields.missing_in = bytes_get32(in + 63);
    fields.stale_in = bytes_get32(in + 67);
    fields.corrupt_in = bytes_get32(in + 71);
    fields.frames_out = bytes_get32(in + 75);
    return fields;
}

struct protocol_error {
    uint8_t code;
    uint16_t sequence;
    uint32_t detail;
};

static inline uint8_t *protocol_pack_error(uint8_t *out, const struct protocol_error *fields)
{
    bytes_put(out, fields->code, 1);
    bytes_put(out + 1, fields->sequence, 2);
    bytes_put(out + 3, fields->detail, 4);
    return out + 7;
}

static inline struct protocol_error protocol_unpack_error(const uint8_t *in)
{
    struct protocol_error fields;
    fields.code = in[0];
    fields.sequence = bytes_get16(in + 1);
    fields.detail = bytes_get32(in + 3);
    return fields;
}

struct protocol_samples_header {
    uint32_t first;
};

static inline uint8_t *protocol_pack_samples_header(uint8_t *out, const struct protocol_samples_header *fields)
{
    bytes_put(out, fields->first, 4);
    return out + 4;
}

static inline struct protocol_samples_header protocol_unpack_samples_header(const uint8_t *in)
{
    struct protocol_samples_header fields;
    fields.first = bytes_get32(in);
    return fields;
}

struct protocol_codes_header {
    uint16_t run;
    uint32_t first;
};

static inline uint8_t *protocol_pack_codes_header(uint8_t *out, const struct protocol_codes_header *fields)
{
    bytes_put(out, fields->run, 2);
    bytes_put(out + 2, fields->first, 4);
    return out + 6;
}

static inline struct protocol_codes_header protocol_unpack_codes_header(const uint8_t *in)
{
    struct protocol_codes_header fields;
    fields.run = bytes_get16(in);
    fields.first = bytes_get32(in + 2);
    return fields;
}

struct protocol_tick_header {
    uint16_t run;
    uint32_t tick;
    uint8_t tap;
    uint8_t channel;
};

static inline uint8_t *protocol_pack_tick_header(uint8_t *out, const struct protocol_tick_header *fields)
{
    bytes_put(out, fields->run, 2);
    bytes_put(out + 2, fields->tick, 4);
    bytes_put(out + 6, fields->tap, 1);
    bytes_put(out + 7, fields->channel, 1);
    return out + 8;
}

static inline struct protocol_tick_header protocol_unpack_tick_header(const uint8_t *in)
{
    struct protocol_tick_header fields;
    fields.run = bytes_get16(in);
    fields.tick = bytes_get32(in + 2);
    fields.tap = in[6];
    fields.channel = in[7];
    return fields;
}

struct protocol_tokens_header {
    uint16_t run;
    uint32_t patch_index;
    uint8_t channel;
    uint8_t band;
};

static inline uint8_t *protocol_pack_tokens_header(uint8_t *out, const struct protocol_tokens_header *fields)
{
    bytes_put(out, fields->run, 2);
    bytes_put(out + 2, fields->patch_index, 4);
    bytes_put(out + 6, fields->channel, 1);
    bytes_put(out + 7, fields->band, 1);
    return out + 8;
}

static inline struct protocol_tokens_header protocol_unpack_tokens_header(const uint8_t *in)
{
    struct protocol_tokens_header fields;
    fields.run = bytes_get16(in);
    fields.patch_index = bytes_get32(in + 2);
    fields.channel = in[6];
    fields.band = in[7];
    return fields;
}

struct protocol_frame_header {
    uint8_t type;
    uint16_t sequence;
};

static inline uint8_t *protocol_pack_frame_header(uint8_t *out, const struct protocol_frame_header *fields)
{
    bytes_put(out, fields->type, 1);
    bytes_put(out + 1, fields->sequence, 2);
    return out + 3;
}

static inline struct protocol_frame_header protocol_unpack_frame_header(const uint8_t *in)
{
    struct protocol_frame_header fields;
    fields.type = in[0];
    fields.sequence = bytes_get16(in + 1);
    return fields;
}

#endif
