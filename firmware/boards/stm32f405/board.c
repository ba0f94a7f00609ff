/* The STM32F405, in QEMU's netduinoplus2 and on real boards: USART1 on PA9 (out) and PA10 (in).
 *
 * Has run: in QEMU 7.2, whose chip has no clock control, no pins and no baud rate; it sends without delay and has no
 * transmit interrupt. Has NOT run on hardware: the clock tree, the pins, the baud rate, the transmit interrupt, the
 * chip's number. They are written from RM0090, and the core runs on at 16 MHz if the PLL does not lock. */
#include "board.h"

#include <string.h>

#include "link.h"
#include "registers.h"
#include "startup.h"

#define HSI_HZ 16000000U
#define PLL_HZ 168000000U
#define WAIT_TURNS 100000U /* of a loop that waits for the clock tree; the PLL needs 300 us at most (DS8626, table 36) */

#define BOOTS_MAGIC 0x626F6F74U

struct ring {
    uint8_t *bytes;
    uint32_t size;
    volatile uint32_t head, tail; /* where the next byte goes, and where it comes from */
};

static uint8_t receive_bytes[LINK_RECEIVE_BYTES + 1U], send_bytes[2U * LINK_SEND_BYTES + 1U];
static struct ring received = {receive_bytes, sizeof receive_bytes, 0, 0};
static struct ring sending = {send_bytes, sizeof send_bytes, 0, 0};

static struct {
    uint32_t magic, boots;
} memory __attribute__((section(".noinit")));

static struct board_identity identity;
static volatile bool transmitting; /* whether the transmit interrupt is on: kept here because the register is slow */

static uint32_t ring_after(const struct ring *ring, uint32_t place)
{
    return place + 1U == ring->size ? 0 : place + 1U;
}

static void ring_put(struct ring *ring, uint8_t byte)
{
    const uint32_t next = ring_after(ring, ring->head);
    if (next != ring->tail) {
        ring->bytes[ring->head] = byte;
        ring->head = next;
    }
}

static bool ring_take(struct ring *ring, uint8_t *byte)
{
    if (ring->tail == ring->head) {
        return false;
    }
    *byte = ring->bytes[ring->tail];
    ring->tail = ring_after(ring, ring->tail);
    return true;
}

static void disable_interrupts(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

static void enable_interrupts(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

static bool becomes_set(const volatile uint32_t *address, uint32_t mask, uint32_t wanted)
{
    for (uint32_t turn = 0; turn < WAIT_TURNS; turn++) {
        if ((*address & mask) == wanted) {
            return true;
        }
    }
    return false;
}

/* 168 MHz from the internal oscillator, which no board lacks: 16 MHz / 8 * 168 / 2. Returns whether the core runs at it. */
static bool start_clocks(void)
{
    RCC_PLLCFGR = 8U | 168U << 6 | 7U << 24; /* PLLP, bits 16 and 17, at 0 divides by 2 */
    RCC_CR |= RCC_CR_PLLON;
    if (!becomes_set(&RCC_CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY)) {
        return false;
    }
    FLASH_ACR = FLASH_ACR_FIVE_WAITS_AND_CACHES; /* at 168 MHz and 2.7 V and up: RM0090, table 10 */
    RCC_CFGR = RCC_CFGR_PPRE1_4 | RCC_CFGR_PPRE2_2 | RCC_CFGR_SW_PLL;
    if (!becomes_set(&RCC_CFGR, 3U << 2, RCC_CFGR_SW_PLL << 2)) {
        return false;
    }
    return true;
}

static void start_usart(uint32_t bus_hz)
{
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOA;
    RCC_APB2ENR |= RCC_APB2ENR_USART1;
    GPIOA_AFRH = (GPIOA_AFRH & ~0xFF0U) | 0x770U;                      /* PA9, PA10: alternate function 7 */
    GPIOA_PUPDR = (GPIOA_PUPDR & ~(3U << 20)) | 1U << 20;              /* PA10 up: an open line is idle */
    GPIOA_MODER = (GPIOA_MODER & ~(0xFU << 18)) | 0xAU << 18;
    USART1_BRR = (bus_hz + DESIGN_BAUD / 2U) / DESIGN_BAUD;
    USART1_CR1 = USART_CR1_IDLE;
    NVIC_ISER1 = 1U << (37U - 32U);
}

static void count_boot(void)
{
    if (memory.magic != BOOTS_MAGIC) {
        memory.magic = BOOTS_MAGIC;
        memory.boots = 0;
    } else {
        memory.boots++;
    }
    identity.boots = (uint16_t)memory.boots;
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
    count_boot();
    read_serial();
    SYSTICK_RVR = SYSTICK_MASK;
    SYSTICK_CVR = 0;
    SYSTICK_CSR = SYSTICK_CSR_CORE_CLOCK_ENABLED;
    const bool fast = start_clocks();
    identity.clock_hz = fast ? PLL_HZ : HSI_HZ;
    start_usart(fast ? PLL_HZ / 2U : HSI_HZ);
    enable_interrupts();
}

/* Send what the transmitter takes at once; its interrupt asks for the rest. Runs with interrupts held off. */
static void pump(void)
{
    uint8_t byte;
    while ((USART1_SR & USART_SR_TXE) != 0 && ring_take(&sending, &byte)) {
        USART1_DR = byte;
    }
    transmitting = sending.tail != sending.head;
    USART1_CR1 = USART_CR1_IDLE | (transmitting ? USART_CR1_TXEIE : 0U);
}

void board_usart1_interrupt(void)
{
    if ((USART1_SR & USART_SR_RXNE) != 0) {
        ring_put(&received, (uint8_t)USART1_DR);
    }
    if (transmitting) {
        pump();
    }
}

const struct board_identity *board_identity(void)
{
    return &identity;
}

bool board_receive(uint8_t *byte)
{
    return ring_take(&received, byte);
}

uint32_t board_send_room(void)
{
    const uint32_t head = sending.head, tail = sending.tail;
    return (tail > head ? tail - head : tail + sending.size - head) - 1U;
}

void board_send(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        ring_put(&sending, bytes[i]);
    }
    disable_interrupts();
    pump();
    enable_interrupts();
}

uint32_t board_clock(void)
{
    return ~SYSTICK_CVR & SYSTICK_MASK; /* it counts down */
}

void board_turn(bool worked)
{
    if (worked) {
        return;
    }
    disable_interrupts();
    if (received.head == received.tail) {
        __asm__ volatile("wfi"); /* wakes for an interrupt that is held off, too */
    }
    enable_interrupts();
}
