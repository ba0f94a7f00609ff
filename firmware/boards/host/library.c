/* The functions of the shared library that Python calls, in addition to those of host.h: firmware/kernel.py,
 * firmware/loopback.py. */
#include <string.h>

#include "ads1299.h"
#include "app.h"
#include "frame.h"
#include "host/host.h"
#include "link.h"
#include "stream.h"
#include "tokenizer.h"

/* The sizes in bytes of a kernel's state and of the longest payload of a received frame. */
uint32_t library_kernel_bytes(void);
uint32_t library_payload_bytes(void);

/* Process a block of codes, [samples][channels], in a kernel. Writes each tick's taps, [ticks][channels] and
 * [ticks][channels][bands], and each completed patch, [patches][channels][bands][patch]. Returns the number of patches. */
uint32_t library_kernel_run(struct tokenizer *kernel, const int32_t *codes, uint32_t samples, int32_t *decimated,
                            int32_t *notched, int32_t *bands, int16_t *tokens);

/* Write the numbers of saturated samples since reset: decimated or notched samples, bands and tokens, in this order. */
void library_kernel_counters(const struct tokenizer *kernel, uint32_t *counters);

/* Decode a byte stream with a new decoder. Writes for each frame its type, sequence, length and payload in turn, and only
 * type 0 for a corrupt frame; `out` must have room for twice the input and 16 bytes. Returns the number of bytes. */
uint32_t library_decode(const uint8_t *bytes, uint32_t length, uint8_t *out);

/* Process codes, [samples][channels], in a stream that cannot wait, as with a converter, on an empty board. After each
 * sample up to `frames_a_sample` frames are sent; the board has room for all of them. */
void library_acquire(const int32_t *codes, uint32_t samples, uint16_t taps, uint32_t frames_a_sample);

/* Boot the application on an empty board that stores up to `send_room` bytes to send and has booted `boots` times before;
 * run it until it has no work. */
void library_boot(uint32_t send_room, uint16_t boots);
void library_run(void);

/* The converter's driver without the application, over the host board's bus. A start returns a FAULT_; a poll writes a
 * sample's codes and its two lead-off bytes, and returns its ADS1299_ event with the FAULT_ in the second byte. */
uint32_t library_converter_start(void);
uint32_t library_converter_poll(int32_t *codes, uint8_t *lead_off);
void library_converter_stop(void);

uint32_t library_kernel_bytes(void)
{
    return sizeof(struct tokenizer);
}

uint32_t library_payload_bytes(void)
{
    return FRAME_PAYLOAD_IN;
}

uint32_t library_kernel_run(struct tokenizer *kernel, const int32_t *codes, uint32_t samples, int32_t *decimated,
                            int32_t *notched, int32_t *bands, int16_t *tokens)
{
    uint32_t patches = 0;
    for (uint32_t sample = 0; sample < samples; sample++, codes += DESIGN_CHANNELS) {
        const bool completes = tokenizer_completes_patch(kernel);
        if (!tokenizer_push(kernel, codes)) {
            continue;
        }
        memcpy(decimated, kernel->decimated, sizeof kernel->decimated);
        memcpy(notched, kernel->notched, sizeof kernel->notched);
        memcpy(bands, kernel->bands, sizeof kernel->bands);
        decimated += DESIGN_CHANNELS;
        notched += DESIGN_CHANNELS;
        bands += DESIGN_CHANNELS * DESIGN_BANDS;
        if (completes) {
            memcpy(tokens, tokenizer_patch(kernel)->values, sizeof(struct tokenizer_patch));
            tokens += sizeof(struct tokenizer_patch) / sizeof *tokens;
            patches++;
        }
    }
    return patches;
}

void library_kernel_counters(const struct tokenizer *kernel, uint32_t *counters)
{
    counters[0] = kernel->saturated_inputs;
    counters[1] = kernel->saturated_bands;
    counters[2] = kernel->saturated_tokens;
}

uint32_t library_decode(const uint8_t *bytes, uint32_t length, uint8_t *out)
{
    struct frame_decoder decoder;
    uint8_t *end = out;
    frame_decoder_reset(&decoder);
    for (uint32_t i = 0; i < length; i++) {
        switch (frame_decode(&decoder, bytes[i])) {
        case FRAME_READY:
            *end++ = decoder.type;
            *end++ = (uint8_t)decoder.sequence;
            *end++ = (uint8_t)(decoder.sequence >> 8);
            *end++ = (uint8_t)decoder.length;
            *end++ = (uint8_t)(decoder.length >> 8);
            memcpy(end, decoder.payload, decoder.length);
            end += decoder.length;
            break;
        case FRAME_CORRUPT:
            *end++ = 0;
            break;
        case FRAME_NOTHING:
            break;
        }
    }
    return (uint32_t)(end - out);
}

void library_boot(uint32_t send_room, uint16_t boots)
{
    host_reset(send_room, boots);
    app_start();
}

void library_acquire(const int32_t *codes, uint32_t samples, uint16_t taps, uint32_t frames_a_sample)
{
    static struct stream stream;
    static struct link link;
    host_reset(HOST_SEND_BYTES, 0);
    link_reset(&link);
    stream_start(&stream, 1, 0, taps);
    for (uint32_t sample = 0; sample < samples; sample++) {
        stream_take_now(&stream, &link, codes + sample * DESIGN_CHANNELS);
        for (uint32_t sent = 0; sent < frames_a_sample && stream_emit(&stream, &link); sent++) {
        }
    }
}

void library_run(void)
{
    while (app_poll()) {
    }
}

static struct ads1299 converter;

uint32_t library_converter_start(void)
{
    return ads1299_start(&converter, SOURCE_SPI);
}

uint32_t library_converter_poll(int32_t *codes, uint8_t *lead_off)
{
    struct ads1299_sample sample;
    uint8_t fault = FAULT_NONE;
    const enum ads1299_event event = ads1299_poll(&converter, &sample, &fault);
    if (event == ADS1299_SAMPLE) {
        memcpy(codes, sample.codes, sizeof sample.codes);
        lead_off[0] = sample.lead_off_p;
        lead_off[1] = sample.lead_off_n;
    }
    return (uint32_t)event | (uint32_t)fault << 8;
}

void library_converter_stop(void)
{
    ads1299_stop(&converter);
}
