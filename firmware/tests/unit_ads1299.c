/* ads1299.h: the order of commands, buffers of exactly their size, and each fault. */
#include "ads1299.h"

#include "fake_chip.h"
#include "protocol.h"

#define ID_4 0x1CU
#define ID_6 0x1DU
#define ID_8 0x1EU

static struct ads1299 *adc;
static struct ads1299_sample sample;
static uint8_t fault;

static uint8_t start(uint8_t id)
{
    chip_connect(id);
    free(adc);
    adc = malloc(sizeof *adc);
    CHECK(adc != NULL);
    return ads1299_start(adc, SOURCE_SPI);
}

static enum ads1299_event poll_until_something(void)
{
    for (uint32_t polls = 0; polls < 100000; polls++) {
        const enum ads1299_event event = ads1299_poll(adc, &sample, &fault);
        if (event != ADS1299_NOTHING) {
            return event;
        }
    }
    return ADS1299_NOTHING;
}

static void test_commands_go_out_in_their_order(void)
{
    const uint8_t wanted[] = {0x06, 0x11, 0x20, 0x41, 0x21, 0x08, 0x10};
    CHECK(start(ID_4) == FAULT_NONE);
    CHECK(chip.logged == sizeof wanted && memcmp(chip.log, wanted, sizeof wanted) == 0);
    ads1299_stop(adc);
    CHECK(chip.logged == sizeof wanted + 2 && chip.log[sizeof wanted] == 0x11 && chip.log[sizeof wanted + 1] == 0x0A);
}

/* With a common reference the chip connects the negative inputs: they are not sensed one by one, and SRB1 is closed. */
static void test_negative_inputs_are_sensed_where_each_has_an_electrode(void)
{
    const uint8_t electrodes = (uint8_t)((1U << DESIGN_CHANNELS) - 1);
    const uint8_t negative = DESIGN_COMMON_REFERENCE ? 0 : electrodes;
    CHECK(start(ID_8) == FAULT_NONE);
    CHECK(chip.registers[0x0D] == electrodes && chip.registers[0x0E] == negative); /* into the bias */
    CHECK(chip.registers[0x0F] == electrodes && chip.registers[0x10] == negative); /* for lead-off */
    CHECK(chip.registers[0x15] == (DESIGN_COMMON_REFERENCE ? 0x20 : 0x00));
}

static void test_samples_of_every_size_of_chip_are_read(void)
{
    const uint8_t ids[] = {ID_4, ID_6, ID_8};
    for (uint32_t i = 0; i < sizeof ids; i++) {
        CHECK(start(ids[i]) == FAULT_NONE && adc->channels == 4 + 2 * i);
        chip.lead_off_p = 0xFA;
        chip.lead_off_n = 0xA5;
        for (uint32_t taken = 0; taken < 100; taken++) {
            CHECK(ads1299_poll(adc, &sample, &fault) == ADS1299_SAMPLE);
            for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
                const uint32_t at = taken + 3 + 3 * channel;
                const uint32_t code = (at & 0xFF) << 16 | ((at + 1) & 0xFF) << 8 | ((at + 2) & 0xFF);
                CHECK(sample.codes[channel] == (int32_t)code - (code >> 23 ? 0x1000000 : 0));
            }
            CHECK(sample.lead_off_p == (0xFAU & ((1U << DESIGN_CHANNELS) - 1)));
            CHECK(sample.lead_off_n == (0xA5U & ((1U << DESIGN_CHANNELS) - 1)));
        }
        for (uint32_t channel = DESIGN_CHANNELS; channel < adc->channels; channel++) {
            CHECK(chip.registers[5 + channel] == 0x81);
        }
    }
}

static void test_what_is_no_chip_of_the_family_is_refused(void)
{
    for (uint32_t id = 0; id < 256; id++) {
        const bool family = (id & 0x1F) == ID_4 || (id & 0x1F) == ID_6 || (id & 0x1F) == ID_8;
        CHECK(start((uint8_t)id) == (family ? FAULT_NONE : FAULT_CONVERTER_ID));
    }
}

/* The chip writes LOFF_STATP, LOFF_STATN and the pins' half of GPIO. */
static void test_a_register_that_does_not_hold_is_found(void)
{
    CHECK(start(ID_8) == FAULT_NONE);
    for (uint8_t stuck = 1; stuck < CHIP_REGISTERS; stuck++) {
        const uint8_t held = chip.registers[stuck];
        chip.stuck = stuck;
        CHECK(ads1299_start(adc, SOURCE_SPI) == (held == 0 ? FAULT_NONE : FAULT_CONVERTER_REGISTERS));
    }
}

static void test_silence_is_found_and_a_chip_that_lost_its_registers_named(void)
{
    CHECK(start(ID_4) == FAULT_NONE);
    chip.silent_after = 5;
    for (uint32_t i = 0; i < 5; i++) {
        CHECK(poll_until_something() == ADS1299_SAMPLE);
    }
    CHECK(poll_until_something() == ADS1299_FAULT && fault == FAULT_CONVERTER_SILENT);
    CHECK(ads1299_start(adc, SOURCE_SPI) == FAULT_NONE && poll_until_something() == ADS1299_SAMPLE);

    memset(chip.registers + 1, 0, CHIP_REGISTERS - 1);
    chip.converting = false;
    CHECK(poll_until_something() == ADS1299_FAULT && fault == FAULT_CONVERTER_RESET);
    CHECK(start(ID_4) == FAULT_NONE);
    chip.converting = false;
    chip.registers[0] = 0;
    CHECK(poll_until_something() == ADS1299_FAULT && fault == FAULT_CONVERTER_ID);
}

static void test_silence_is_not_looked_into_too_soon(void)
{
    CHECK(start(ID_4) == FAULT_NONE);
    CHECK(poll_until_something() == ADS1299_SAMPLE);
    chip.silent_after = chip.taken;
    host_let_pass(board_identity()->clock_hz / DESIGN_RATE_HZ * 3);
    CHECK(ads1299_poll(adc, &sample, &fault) == ADS1299_NOTHING);
    host_let_pass(board_identity()->clock_hz / DESIGN_RATE_HZ * 2);
    CHECK(ads1299_poll(adc, &sample, &fault) == ADS1299_FAULT);
}

static void test_each_wrong_head_is_found(void)
{
    for (uint32_t head = 0; head < 256; head += 16) {
        CHECK(start(ID_4) == FAULT_NONE);
        chip.head = (uint8_t)head;
        const enum ads1299_event event = poll_until_something();
        CHECK(event == (head == 0xC0 ? ADS1299_SAMPLE : ADS1299_FAULT));
        CHECK(head == 0xC0 || fault == FAULT_CONVERTER_STATUS);
    }
}

static void test_a_sample_that_was_not_taken_is_an_overrun(void)
{
    CHECK(start(ID_4) == FAULT_NONE);
    chip.twice_at = 3;
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(poll_until_something() == ADS1299_SAMPLE);
    }
    CHECK(poll_until_something() == ADS1299_FAULT && fault == FAULT_OVERRUN);
}

int main(void)
{
    test_commands_go_out_in_their_order();
    test_negative_inputs_are_sensed_where_each_has_an_electrode();
    test_samples_of_every_size_of_chip_are_read();
    test_what_is_no_chip_of_the_family_is_refused();
    test_a_register_that_does_not_hold_is_found();
    test_silence_is_found_and_a_chip_that_lost_its_registers_named();
    test_silence_is_not_looked_into_too_soon();
    test_each_wrong_head_is_found();
    test_a_sample_that_was_not_taken_is_an_overrun();
    free(adc);
    return 0;
}
