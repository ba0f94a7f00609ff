/* Little-endian integers in byte buffers. */
#ifndef BYTES_H
#define BYTES_H

#include <stdint.h>

static inline uint8_t *bytes_put(uint8_t *out, uint64_t value, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++) {
        *out++ = (uint8_t)(value >> (8 * i));
    }
    return out;
}

static inline uint16_t bytes_get16(const uint8_t *in)
{
    return (uint16_t)(in[0] | in[1] << 8);
}

static inline uint32_t bytes_get32(const uint8_t *in)
{
    return bytes_get16(in) | (uint32_t)bytes_get16(in + 2) << 16;
}

static inline uint64_t bytes_get64(const uint8_t *in)
{
    return bytes_get32(in) | (uint64_t)bytes_get32(in + 4) << 32;
}

/* A converter code, two's complement in 24 bits. */
static inline int32_t bytes_get_code(const uint8_t *in)
{
    const uint32_t code = in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16;
    return (int32_t)(code ^ 0x800000U) - 0x800000;
}

#endif
