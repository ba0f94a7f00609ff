#include "ads1299.h"

#include <string.h>

#include "board.h"
#include "protocol.h"

/* Commands: table 10. */
#define COMMAND_RESET 0x06U
#define COMMAND_START 0x08U
#define COMMAND_STOP 0x0AU
#define COMMAND_RDATAC 0x10U
#define COMMAND_SDATAC 0x11U
#define COMMAND_RREG 0x20U /* with the address in its low five bits; then the number of registers, less one */
#define COMMAND_WREG 0x40U

/* Registers: section 9.6. */
#define ID 0x00U
#define ID_FAMILY_MASK 0x1CU /* reserved bit 4, which is 1, and DEV_ID */
#define ID_FAMILY 0x1CU
#define CONFIG1 0x01U
#define CONFIG3 0x03U
#define CONFIGURED_FIRST CONFIG1
#define CONFIGURED 23U /* registers from CONFIG1 to CONFIG4 */
#define LOFF_STATP 0x12U
#define GPIO 0x14U

#define CONFIG1_FIXED 0x90U         /* no daisy chain, no clock output */
#define CONFIG2_FIXED 0xC0U         /* no test signal */
#define CONFIG3_REFERENCES_ON 0xECU /* internal reference, bias reference and bias amplifier */
#define LOFF_DC_6_NA 0x00U          /* comparators at 95 % and 5 %, a current of 6 nA */
#define CHANNEL_OFF 0x81U           /* powered down, inputs shorted */
#define MISC1_SRB1 0x20U
#define CONFIG4_LOFF_COMPARATORS 0x02U

#define ELECTRODES ((uint8_t)((1U << DESIGN_CHANNELS) - 1U))

#define POWER_UP_US 130000U  /* tPOR, 2^18 clocks of 2.048 MHz: section 11.1 */
#define RESET_US 10U         /* 18 clocks: section 9.4.2 */
#define REFERENCE_US 150000U /* VCAP1 charges: section 11.1 */
#define SILENCE_PERIODS 4U   /* samples that may be missing before the cause is diagnosed */
#define PERIOD_US (1000000U / DESIGN_RATE_HZ)

#define FRAME_HEAD 0xCU /* of the status word: section 9.4.4.2 */

static uint8_t rate_code(void)
{
    uint8_t code = 0; /* 16 kSPS; each next one is half of it: table 12 */
    for (uint32_t rate = 16000; rate > DESIGN_RATE_HZ && code < 6; rate /= 2) {
        code++;
    }
    return code;
}

static uint32_t gain_code(void)
{
    static const uint8_t gains[] = {1, 2, 4, 6, 8, 12, 24};
    uint32_t code = 0;
    while (code < sizeof gains - 1 && gains[code] != DESIGN_GAIN) {
        code++;
    }
    return code;
}

/* The values of CONFIG1 and the registers after it: the whole configuration is in this table. */
static void wanted_registers(uint8_t chip_channels, uint8_t *values)
{
    const uint8_t wanted[CONFIGURED] = {
        [0] = (uint8_t)(CONFIG1_FIXED | rate_code()),
        [1] = CONFIG2_FIXED,
        [2] = CONFIG3_REFERENCES_ON,
        [3] = LOFF_DC_6_NA,
        [0x0D - CONFIG1] = ELECTRODES,                               /* BIAS_SENSP */
        [0x0E - CONFIG1] = DESIGN_COMMON_REFERENCE ? 0 : ELECTRODES, /* BIAS_SENSN */
        [0x0F - CONFIG1] = ELECTRODES,                               /* LOFF_SENSP */
        [0x10 - CONFIG1] = DESIGN_COMMON_REFERENCE ? 0 : ELECTRODES, /* LOFF_SENSN */
        [0x14 - CONFIG1] = 0x0F,                                     /* GPIO: all inputs */
        [0x15 - CONFIG1] = DESIGN_COMMON_REFERENCE ? MISC1_SRB1 : 0, /* MISC1 */
        [0x17 - CONFIG1] = CONFIG4_LOFF_COMPARATORS,                 /* CONFIG4 */
    };
    memcpy(values, wanted, sizeof wanted);
    for (uint32_t channel = 0; channel < chip_channels; channel++) {
        values[0x05 - CONFIG1 + channel] = (uint8_t)(channel < DESIGN_CHANNELS ? gain_code() << 4 : CHANNEL_OFF);
    }
}

static void command(const struct ads1299 *adc, uint8_t opcode)
{
    uint8_t answer;
    board_spi(adc->source, &opcode, &answer, 1);
}

static void read_registers(const struct ads1299 *adc, uint8_t address, uint8_t *values, uint32_t count)
{
    const uint8_t out[2U + CONFIGURED] = {(uint8_t)(COMMAND_RREG | address), (uint8_t)(count - 1U)};
    uint8_t in[2U + CONFIGURED];
    board_spi(adc->source, out, in, 2U + count);
    memcpy(values, in + 2, count);
}

static void write_registers(const struct ads1299 *adc, uint8_t address, const uint8_t *values, uint32_t count)
{
    uint8_t out[2U + CONFIGURED] = {(uint8_t)(COMMAND_WREG | address), (uint8_t)(count - 1U)};
    uint8_t in[2U + CONFIGURED];
    memcpy(out + 2, values, count);
    board_spi(adc->source, out, in, 2U + count);
}

/* Wait while no data can become ready; earlier data-ready edges are discarded. */
static void wait(const struct ads1299 *adc, uint32_t us)
{
    (void)board_data_ready(adc->source, 0);
    (void)board_data_ready(adc->source, us);
}

/* Return whether this is a chip of the family with enough channels; sets its number of channels. */
static bool identify(struct ads1299 *adc)
{
    uint8_t id;
    read_registers(adc, ID, &id, 1);
    adc->channels = (uint8_t)(4U + 2U * (id & 3U)); /* NU_CH: 4, 6, 8; 3 is reserved */
    return (id & ID_FAMILY_MASK) == ID_FAMILY && (id & 3U) != 3U && adc->channels >= DESIGN_CHANNELS;
}

/* Return whether the registers have the configured values, except those that the chip writes. */
static bool holds_configuration(const struct ads1299 *adc)
{
    uint8_t wanted[CONFIGURED], found[CONFIGURED];
    wanted_registers(adc->channels, wanted);
    read_registers(adc, CONFIGURED_FIRST, found, CONFIGURED);
    found[LOFF_STATP - CONFIG1] = found[LOFF_STATP + 1U - CONFIG1] = 0;
    found[GPIO - CONFIG1] &= 0x0FU; /* the upper half reads the pins */
    return memcmp(wanted, found, CONFIGURED) == 0;
}

uint8_t ads1299_start(struct ads1299 *adc, uint8_t source)
{
    uint8_t wanted[CONFIGURED];
    adc->source = source;
    wait(adc, POWER_UP_US); /* shorter only if data become ready, which shows that the chip has power */
    command(adc, COMMAND_RESET);
    wait(adc, RESET_US);
    command(adc, COMMAND_SDATAC); /* the chip starts in RDATAC, in which registers cannot be accessed */
    if (!identify(adc)) {
        return FAULT_CONVERTER_ID;
    }
    wanted_registers(adc->channels, wanted);
    write_registers(adc, CONFIGURED_FIRST, wanted, CONFIGURED);
    wait(adc, REFERENCE_US);
    if (!holds_configuration(adc)) {
        return FAULT_CONVERTER_REGISTERS;
    }
    command(adc, COMMAND_START);
    command(adc, COMMAND_RDATAC);
    adc->heard = board_clock();
    return FAULT_NONE;
}

void ads1299_stop(const struct ads1299 *adc)
{
    command(adc, COMMAND_SDATAC);
    command(adc, COMMAND_STOP);
}

/* Return the reason why no data became ready for so long. */
static uint8_t diagnose(struct ads1299 *adc)
{
    command(adc, COMMAND_SDATAC);
    if (!identify(adc)) {
        return FAULT_CONVERTER_ID;
    }
    return holds_configuration(adc) ? FAULT_CONVERTER_SILENT : FAULT_CONVERTER_RESET;
}

static int32_t big_endian_code(const uint8_t *bytes)
{
    const uint32_t code = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    return (int32_t)(code ^ 0x800000U) - 0x800000;
}

static bool read_frame(const struct ads1299 *adc, struct ads1299_sample *sample)
{
    static const uint8_t zeros[ADS1299_FRAME_BYTES];
    uint8_t frame[ADS1299_FRAME_BYTES];
    board_spi(adc->source, zeros, frame, 3U + 3U * adc->channels);
    if (frame[0] >> 4 != FRAME_HEAD) {
        return false;
    }
    sample->lead_off_p = (uint8_t)((frame[0] << 4 | frame[1] >> 4) & ELECTRODES);
    sample->lead_off_n = (uint8_t)((frame[1] << 4 | frame[2] >> 4) & ELECTRODES);
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        sample->codes[channel] = big_endian_code(frame + 3U + 3U * channel);
    }
    return true;
}

enum ads1299_event ads1299_poll(struct ads1299 *adc, struct ads1299_sample *sample, uint8_t *fault)
{
    const uint32_t patience = board_identity()->clock_hz / DESIGN_RATE_HZ * SILENCE_PERIODS;
    uint32_t ready = board_data_ready(adc->source, 0);
    if (ready == 0 && board_clocks_since(adc->heard) > patience) {
        ready = board_data_ready(adc->source, SILENCE_PERIODS * PERIOD_US);
        if (ready == 0) {
            *fault = diagnose(adc);
            return ADS1299_FAULT;
        }
    }
    if (ready == 0) {
        return ADS1299_NOTHING;
    }
    adc->heard = board_clock();
    if (ready > 1) {
        *fault = FAULT_OVERRUN;
        return ADS1299_FAULT;
    }
    if (!read_frame(adc, sample)) {
        *fault = FAULT_CONVERTER_STATUS;
        return ADS1299_FAULT;
    }
    return ADS1299_SAMPLE;
}
