/* An ADS1299 on the host board's bus: registers, commands, a data-ready line, and their faults. The full model of the chip
 * is sim/ads1299, which the tests in Python use; this one is for tests of memory and order. */
#ifndef FAKE_CHIP_H
#define FAKE_CHIP_H

#include "ads1299.h"
#include "board.h"
#include "check.h"
#include "host/host.h"

#define CHIP_REGISTERS 24U

static struct fake_chip {
    uint8_t registers[CHIP_REGISTERS];
    uint8_t log[64];            /* first bytes of the exchanges since RESET, except those that read samples */
    uint32_t logged;
    bool converting;            /* after START */
    bool continuous;            /* after RDATAC */
    uint32_t taken;             /* samples read */

    uint8_t stuck;              /* a register that ignores writes; 0 for none */
    uint32_t silent_after;      /* samples after which no data become ready until the next RESET; 0 for never */
    uint32_t twice_at;          /* a sample that becomes ready together with the next; 0 for none */
    uint8_t head;               /* head of a status word */
    uint8_t lead_off_p, lead_off_n;
} chip;

static inline void chip_exchange(const uint8_t *out, uint8_t *in, uint32_t length)
{
    uint8_t *sent = exact_copy(out, length), *answer = exact_copy(in, length);
    memset(answer, 0, length);
    if (chip.continuous && sent[0] == 0) {
        CHECK(length == 3U + 3U * (4U + 2U * (chip.registers[0] & 3U)));
        answer[0] = (uint8_t)(chip.head | chip.lead_off_p >> 4);
        answer[1] = (uint8_t)(chip.lead_off_p << 4 | chip.lead_off_n >> 4);
        answer[2] = (uint8_t)(chip.lead_off_n << 4);
        for (uint32_t i = 3; i < length; i++) {
            answer[i] = (uint8_t)(chip.taken + i);
        }
        chip.taken++;
    } else {
        chip.logged = sent[0] == 0x06U ? 0 : chip.logged;
        CHECK(chip.logged < sizeof chip.log);
        chip.log[chip.logged++] = sent[0];
    }
    const uint8_t kind = sent[0] & 0xE0U, address = sent[0] & 0x1FU;
    if (kind == 0x20U || kind == 0x40U) {
        CHECK(!chip.continuous && length == 3U + sent[1] && address + sent[1] < CHIP_REGISTERS);
        for (uint32_t i = 2; i < length; i++) {
            uint8_t *held = &chip.registers[address + i - 2];
            if (kind == 0x20U) {
                answer[i] = *held;
            } else if (chip.stuck == 0 || held != &chip.registers[chip.stuck]) {
                *held = sent[i];
            }
        }
    } else if (sent[0] == 0x06U) {
        memset(chip.registers + 1, 0, CHIP_REGISTERS - 1U);
        chip.converting = false;
        chip.continuous = true;
        chip.silent_after = 0;
    } else if (sent[0] == 0x08U || sent[0] == 0x0AU) {
        chip.converting = sent[0] == 0x08U;
    } else if (sent[0] == 0x10U || sent[0] == 0x11U) {
        chip.continuous = sent[0] == 0x10U;
    }
    memcpy(in, answer, length);
    free(sent);
    free(answer);
}

static inline uint32_t chip_data_ready(uint32_t wait_us)
{
    (void)wait_us;
    const bool ready = chip.converting && chip.continuous && (chip.silent_after == 0 || chip.taken < chip.silent_after);
    return ready ? 1U + (chip.twice_at != 0 && chip.taken == chip.twice_at) : 0;
}

/* Return a chip of that ID after power-up. */
static inline void chip_connect(uint8_t id)
{
    memset(&chip, 0, sizeof chip);
    chip.registers[0] = id;
    chip.head = 0xC0;
    chip.continuous = true;
    host_connect(chip_exchange, chip_data_ready);
}

#endif
