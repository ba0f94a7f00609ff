/* stream.h: the frames of a sample, their order, and the frames that the next sample makes impossible. */
#include "stream.h"

#include "wire.h"

#define TICK_FRAMES (2U + DESIGN_CHANNELS)
#define PATCH_TOKENS ((uint32_t)DESIGN_CHANNELS * DESIGN_BANDS)
#define PATCH_SAMPLES ((uint32_t)DESIGN_FACTOR * DESIGN_PATCH)
#define ALL_TAPS (TAP_CODES | TAP_DECIMATED | TAP_NOTCHED | TAP_BANDS | TAP_TOKENS)

static struct stream *stream;
static struct link host_link;

static void begin(uint16_t taps)
{
    free(stream);
    stream = malloc(sizeof *stream);
    CHECK(stream != NULL);
    memset(stream, 0xA5, sizeof *stream);
    host_reset(HOST_SEND_BYTES, 0);
    link_reset(&host_link);
    stream_start(stream, 9, 1000, taps);
}

static const int32_t *codes_of(uint32_t sample)
{
    static int32_t codes[DESIGN_CHANNELS];
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        codes[channel] = (int32_t)(sample * 997U + channel * 31U) - 0x400000;
    }
    return codes;
}

/* Send all pending frames; returns their number. */
static uint32_t emit(void)
{
    while (stream_emit(stream, &host_link)) {
    }
    CHECK(!stream_owes(stream));
    return wire_take();
}

static void test_nothing_is_owed_at_first_nor_of_taps_that_were_not_asked_for(void)
{
    begin(0);
    for (uint32_t i = 0; i < 2 * PATCH_SAMPLES; i++) {
        CHECK(stream_ready(stream) && !stream_owes(stream));
        stream_take(stream, codes_of(i));
    }
    CHECK(stream->received == 1000 + 2 * PATCH_SAMPLES && stream->first == 1000 && emit() == 0);
}

static void test_codes_go_in_blocks_and_the_rest_at_the_end(void)
{
    begin(TAP_CODES);
    for (uint32_t i = 0; i < DESIGN_CODES_PER_FRAME; i++) {
        CHECK(stream_ready(stream) && !stream_owes(stream));
        stream_take(stream, codes_of(i));
    }
    CHECK(stream_owes(stream) && !stream_ready(stream));
    CHECK(emit() == 1 && stream_ready(stream));
    const struct wire_frame *block = &wire_frames[0];
    CHECK(block->type == MESSAGE_CODES && block->length == FRAME_CODES_BYTES);
    const struct protocol_codes_header header = protocol_unpack_codes_header(block->payload);
    CHECK(header.run == 9 && header.first == 1000);
    for (uint32_t i = 0; i < DESIGN_CODES_PER_FRAME * DESIGN_CHANNELS; i++) {
        const int32_t code = bytes_get_code(block->payload + PAYLOAD_CODES_HEADER + i * PROTOCOL_SAMPLE_BYTES);
        CHECK(code == codes_of(i / DESIGN_CHANNELS)[i % DESIGN_CHANNELS]);
    }
    stream_take(stream, codes_of(0));
    CHECK(!stream_owes(stream));
    stream_finish(stream);
    CHECK(emit() == 1 && wire_frames[0].length == PAYLOAD_CODES_HEADER + FRAME_ROW_BYTES);
    CHECK(protocol_unpack_codes_header(wire_frames[0].payload).first == 1000 + DESIGN_CODES_PER_FRAME);
}

static void test_a_tick_brings_its_taps_in_order(void)
{
    begin(ALL_TAPS & ~TAP_CODES);
    for (uint32_t i = 0; i < DESIGN_FACTOR; i++) {
        stream_take(stream, codes_of(i));
    }
    CHECK(emit() == TICK_FRAMES);
    for (uint32_t i = 0; i < TICK_FRAMES; i++) {
        const struct protocol_tick_header header = protocol_unpack_tick_header(wire_frames[i].payload);
        CHECK(wire_frames[i].type == MESSAGE_TICK && wire_frames[i].sequence == i);
        CHECK(header.run == 9 && header.tick == 0);
        CHECK(header.tap == (i == 0 ? TAP_DECIMATED : i == 1 ? TAP_NOTCHED : TAP_BANDS));
        CHECK(header.channel == (i < 2 ? 0 : i - 2));
        const uint32_t values = i < 2 ? DESIGN_CHANNELS : DESIGN_BANDS;
        CHECK(wire_frames[i].length == PAYLOAD_TICK_HEADER + 4 * values);
    }
    const uint8_t *decimated = wire_frames[0].payload + PAYLOAD_TICK_HEADER;
    CHECK(bytes_get32(decimated) == (uint32_t)stream->tokenizer.decimated[0]);
    const uint8_t *last = wire_frames[TICK_FRAMES - 1].payload + PAYLOAD_TICK_HEADER;
    CHECK(bytes_get32(last) == (uint32_t)stream->tokenizer.bands[DESIGN_CHANNELS - 1][0]);
}

static void test_only_the_taps_asked_for_come(void)
{
    begin(TAP_NOTCHED);
    for (uint32_t i = 0; i < DESIGN_FACTOR; i++) {
        stream_take(stream, codes_of(i));
    }
    CHECK(emit() == 1 && protocol_unpack_tick_header(wire_frames[0].payload).tap == TAP_NOTCHED);
}

static void test_a_patch_brings_every_token_once(void)
{
    begin(TAP_TOKENS);
    for (uint32_t i = 0; i < 2 * PATCH_SAMPLES; i++) {
        CHECK(stream_ready(stream));
        stream_take(stream, codes_of(i));
        if (i % PATCH_SAMPLES != PATCH_SAMPLES - 1) {
            CHECK(!stream_owes(stream));
            continue;
        }
        CHECK(emit() == PATCH_TOKENS);
        for (uint32_t token = 0; token < PATCH_TOKENS; token++) {
            const uint8_t *payload = wire_frames[token].payload;
            CHECK(wire_frames[token].type == MESSAGE_TOKENS && wire_frames[token].length == FRAME_TOKENS_BYTES);
            const struct protocol_tokens_header header = protocol_unpack_tokens_header(payload);
            CHECK(header.run == 9 && header.patch_index == i / PATCH_SAMPLES);
            CHECK(header.channel == token / DESIGN_BANDS && header.band == token % DESIGN_BANDS);
            const int16_t *values = tokenizer_patch(&stream->tokenizer)->values[header.channel][header.band];
            CHECK(bytes_get16(payload + PAYLOAD_TOKENS_HEADER) == (uint16_t)values[0]);
            CHECK(bytes_get16(payload + FRAME_TOKENS_BYTES - 2) == (uint16_t)values[DESIGN_PATCH - 1]);
        }
    }
}

/* Tokens stay valid for a whole patch, ticks only until the next tick. */
static void test_a_sample_waits_for_what_it_would_overwrite(void)
{
    begin(TAP_TOKENS);
    for (uint32_t i = 0; i < PATCH_SAMPLES; i++) {
        stream_take(stream, codes_of(i));
    }
    for (uint32_t i = 0; i < PATCH_SAMPLES - 1; i++) {
        CHECK(stream_ready(stream));
        stream_take(stream, codes_of(i));
    }
    CHECK(!stream_ready(stream) && stream_owes(stream));
    CHECK(emit() == PATCH_TOKENS && stream_ready(stream));

    begin(TAP_DECIMATED);
    for (uint32_t i = 0; i < 2 * DESIGN_FACTOR - 1; i++) {
        CHECK(stream_ready(stream));
        stream_take(stream, codes_of(i));
    }
    CHECK(!stream_ready(stream));
}

static void test_what_cannot_wait_passes_over_the_frames_in_its_way_and_their_numbers(void)
{
    begin(ALL_TAPS);
    const uint32_t samples = 2 * PATCH_SAMPLES, ticks = samples / DESIGN_FACTOR;
    for (uint32_t i = 0; i < samples; i++) {
        stream_take_now(stream, &host_link, codes_of(i));
    }
    CHECK(stream->received == 1000 + samples && stream->tokenizer.patches_done == 2);
    const uint32_t passed = host_link.frames_out, sent = emit();
    CHECK(passed + sent == samples / DESIGN_CODES_PER_FRAME + ticks * TICK_FRAMES + 2 * PATCH_TOKENS);
    CHECK(sent <= 1 + TICK_FRAMES + PATCH_TOKENS); /* the frames of the last samples */
    CHECK(wire_frames[0].sequence == (uint16_t)passed);
}

static void test_what_is_abandoned_is_not_sent_and_has_no_number(void)
{
    begin(ALL_TAPS);
    for (uint32_t i = 0; i < DESIGN_FACTOR; i++) {
        stream_take(stream, codes_of(i));
    }
    stream_abandon(stream);
    CHECK(!stream_owes(stream) && emit() == 0 && host_link.frames_out == 0);
}

static void test_a_run_begins_without_a_trace_of_the_last(void)
{
    begin(ALL_TAPS);
    for (uint32_t i = 0; i < PATCH_SAMPLES; i++) {
        stream_take_now(stream, &host_link, codes_of(i));
    }
    stream_finish(stream);
    stream_start(stream, 10, 77, TAP_CODES);
    CHECK(!stream_owes(stream) && stream->run == 10 && stream->first == 77 && stream->received == 77);
    CHECK(stream->tokenizer.ticks == 0 && stream->tick_clocks == 0 && stream->tick_clocks_max == 0);
    stream_take(stream, codes_of(0));
    CHECK(!stream_owes(stream));
}

static void test_clocks_are_those_of_ticks_alone(void)
{
    begin(0);
    for (uint32_t i = 0; i < 3 * DESIGN_FACTOR; i++) {
        stream_take(stream, codes_of(i)); /* the host board's clock advances by one per reading */
    }
    CHECK(stream->tick_clocks == 3 && stream->tick_clocks_max == 1);
}

int main(void)
{
    test_nothing_is_owed_at_first_nor_of_taps_that_were_not_asked_for();
    test_codes_go_in_blocks_and_the_rest_at_the_end();
    test_a_tick_brings_its_taps_in_order();
    test_only_the_taps_asked_for_come();
    test_a_patch_brings_every_token_once();
    test_a_sample_waits_for_what_it_would_overwrite();
    test_what_cannot_wait_passes_over_the_frames_in_its_way_and_their_numbers();
    test_what_is_abandoned_is_not_sent_and_has_no_number();
    test_a_run_begins_without_a_trace_of_the_last();
    test_clocks_are_those_of_ticks_alone();
    free(stream);
    return 0;
}
