/* The STM32F405, in QEMU's netduinoplus2 and on real boards.
 *
 *     link to the host    USART1    PA9 out, PA10 in
 *     bridge              USART2    PA2 out, PA3 in: to a simulated converter
 *     converter           SPI2      PB13 SCLK, PB14 DOUT, PB15 DIN, PB9 chip select, PB8 data ready
 *
 * Tested: in QEMU 7.2, whose chip has no clock control, no pins, no baud rate, no watchdog and no cause of reset; it sends
 * without delay and has no transmit interrupt. NOT tested on hardware: the clock tree, the pins, the baud rate, the
 * transmit interrupt, SPI2 and the data-ready interrupt, the watchdog, the chip's number. They follow RM0090, and the core
 * continues at 16 MHz if the PLL does not lock. */
#include "board.h"

#include <string.h>

#include "converter.h"
#include "core.h"
#include "protocol.h"
#include "registers.h"
#include "serial.h"
#include "startup.h"

#define WAIT_TURNS 100000U /* turns of a wait for the clock tree; the PLL needs 300 us at most (DS8626, table 36) */

#define MEMORY_MAGIC 0x626F6F74U

/* A reset does not clear this variable. */
static struct {
    uint32_t magic, boots;
    bool crashed;
} memory __attribute__((section(".noinit")));

static struct board_identity identity;

static bool becomes_set(const volatile uint32_t *address, uint32_t mask, uint32_t wanted)
{
    for (uint32_t turn = 0; turn < WAIT_TURNS; turn++) {
        if ((*address & mask) == wanted) {
            return true;
        }
    }
    return false;
}

/* Set 168 MHz from the internal oscillator, which every board has: 16 MHz / 8 * 168 / 2. Returns whether that succeeded. */
static bool start_clocks(void)
{
    RCC_PLLCFGR = 8U | 168U << 6 | 7U << 24; /* PLLP, bits 16 and 17, at 0 divides by 2 */
    RCC_CR |= RCC_CR_PLLON;
    if (!becomes_set(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY)) {
        return false;
    }
    FLASH_ACR = FLASH_ACR_FIVE_WAITS_AND_CACHES; /* at 168 MHz and 2.7 V and up: RM0090, table 10 */
    RCC_CFGR = RCC_CFGR_PPRE1_4 | RCC_CFGR_PPRE2_2 | RCC_CFGR_SW_PLL;
    return becomes_set(&RCC_CFGR, 3U << 2, RCC_CFGR_SW_PLL << 2);
}

/* Start the watchdog, 4 s at 32 kHz / 64 / 2000; 2.7 to 7.5 s, as the oscillator has 17 to 47 kHz (DS8626, table 39). */
static void start_watchdog(void)
{
    IWDG_KR = IWDG_UNLOCK;
    IWDG_PR = 4;
    IWDG_RLR = 2000;
    IWDG_KR = IWDG_START;
}

static void remember_boot(void)
{
    const bool known = memory.magic == MEMORY_MAGIC;
    memory.magic = MEMORY_MAGIC;
    memory.boots = known ? memory.boots + 1U : 0U;
    identity.boots = (uint16_t)memory.boots;
    identity.boot_cause = FAULT_NONE;
    if ((RCC_CSR & RCC_CSR_IWDGRSTF) != 0) {
        identity.boot_cause = FAULT_WATCHDOG;
    } else if (known && memory.crashed) {
        identity.boot_cause = FAULT_CRASH;
    }
    RCC_CSR |= RCC_CSR_RMVF;
    memory.crashed = false;
}

void board_note_crash(void)
{
    memory.crashed = true;
}

static void read_serial(void)
{
    for (uint32_t i = 0; i < BOARD_SERIAL_BYTES / 4U; i++) {
        uint32_t word = 0;
        (void)startup_read_word(UNIQUE_ID_ADDRESS + 4U * i, &word);
        memcpy(identity.serial + 4U * i, &word, sizeof word);
    }
}

void board_init(void)
{
    remember_boot();
    read_serial();
    SYSTICK_RVR = BOARD_CLOCK_MASK;
    SYSTICK_CVR = 0;
    SYSTICK_CSR = SYSTICK_CSR_CORE_CLOCK_ENABLED;
    const bool fast = start_clocks();
    identity.clock_hz = fast ? CORE_FAST_HZ : CORE_SLOW_HZ;
    serial_start(fast);
    spi_start(fast);
    start_watchdog();
    core_release_interrupts();
}

const struct board_identity *board_identity(void)
{
    return &identity;
}

bool board_receive(uint8_t *byte)
{
    return serial_receive(SERIAL_LINK, byte);
}

uint32_t board_send_room(void)
{
    return serial_send_room(SERIAL_LINK);
}

void board_send(const uint8_t *bytes, uint32_t length)
{
    serial_send(SERIAL_LINK, bytes, length);
}

void board_spi(uint8_t source, const uint8_t *out, uint8_t *in, uint32_t length)
{
    if (source == SOURCE_BRIDGE) {
        bridge_exchange(out, in, length);
    } else {
        spi_exchange(out, in, length);
    }
}

uint32_t board_data_ready(uint8_t source, uint32_t wait_us)
{
    if (source == SOURCE_BRIDGE) {
        return bridge_data_ready(wait_us);
    }
    const uint32_t wait = identity.clock_hz / 1000000U * wait_us;
    uint32_t found = spi_data_ready();
    uint32_t before = board_clock(), waited = 0;
    while (found == 0 && waited < wait) {
        const uint32_t now = board_clock();
        waited += (now - before) & BOARD_CLOCK_MASK;
        before = now;
        found = spi_data_ready();
    }
    return found;
}

uint32_t board_clock(void)
{
    return ~SYSTICK_CVR & BOARD_CLOCK_MASK; /* it counts down */
}

void board_turn(bool worked)
{
    IWDG_KR = IWDG_FEED;
    if (worked) {
        return;
    }
    /* SysTick's interrupt, which is off while there is work, ends the sleep after 2^24 clocks at most, because the watchdog
     * and a silent converter must be checked. */
    core_hold_interrupts();
    SYSTICK_CSR = SYSTICK_CSR_CORE_CLOCK_ENABLED | SYSTICK_CSR_TICKINT;
    if (!serial_waiting() && !spi_waiting()) {
        core_rest();
    }
    SYSTICK_CSR = SYSTICK_CSR_CORE_CLOCK_ENABLED;
    core_release_interrupts();
}
