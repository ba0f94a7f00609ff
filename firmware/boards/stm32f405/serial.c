#include "serial.h"

#include "ads1299.h"
#include "core.h"
#include "link.h"
#include "registers.h"

/* One more byte than a ring stores: one byte stays empty, to distinguish a full ring from an empty one. */
#define BRIDGE_BYTES (ADS1299_FRAME_BYTES + 8U) /* a message of bridge.c, in either direction */

struct ring {
    uint8_t *bytes;
    uint32_t size;
    volatile uint32_t head, tail; /* places of the next byte to write and to read */
};

struct line {
    volatile struct usart *usart;
    struct ring received, sending;
    volatile bool transmitting; /* whether the transmit interrupt is on: stored here because the register is slow */
};

static uint8_t link_in[LINK_RECEIVE_BYTES + 1U], link_out[2U * LINK_SEND_BYTES + 1U];
static uint8_t bridge_in[BRIDGE_BYTES + 1U], bridge_out[BRIDGE_BYTES + 1U];

static struct line lines[] = {
    [SERIAL_LINK] = {USART1, {link_in, sizeof link_in, 0, 0}, {link_out, sizeof link_out, 0, 0}, false},
    [SERIAL_BRIDGE] = {USART2, {bridge_in, sizeof bridge_in, 0, 0}, {bridge_out, sizeof bridge_out, 0, 0}, false},
};

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

static void start_line(const struct line *line, uint32_t bus_hz)
{
    line->usart->brr = (bus_hz + DESIGN_BAUD / 2U) / DESIGN_BAUD;
    line->usart->cr1 = USART_CR1_IDLE;
}

void serial_start(bool fast)
{
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOA;
    RCC_APB2ENR |= RCC_APB2ENR_USART1;
    RCC_APB1ENR |= RCC_APB1ENR_USART2;
    GPIOA->afrh = (GPIOA->afrh & ~0xFF0U) | 0x770U; /* PA9, PA10: USART1 is alternate function 7 */
    GPIOA->afrl = (GPIOA->afrl & ~0xFF00U) | 0x7700U; /* PA2, PA3: USART2 is alternate function 7 */
    GPIOA->pupdr = (GPIOA->pupdr & ~(3U << 20 | 3U << 6)) | 1U << 20 | 1U << 6; /* inputs up: an open line is idle */
    GPIOA->moder = (GPIOA->moder & ~(0xFU << 18 | 0xFU << 4)) | 0xAU << 18 | 0xAU << 4;
    start_line(&lines[SERIAL_LINK], fast ? APB2_FAST_HZ : CORE_SLOW_HZ);
    start_line(&lines[SERIAL_BRIDGE], fast ? APB1_FAST_HZ : CORE_SLOW_HZ);
    NVIC_ISER1 = 1U << (USART1_IRQ - 32U) | 1U << (USART2_IRQ - 32U);
}

/* Send the bytes that the transmitter accepts at once; its interrupt sends the rest. Runs with interrupts disabled. */
static void pump(struct line *line)
{
    uint8_t byte;
    while ((line->usart->sr & USART_SR_TXE) != 0 && ring_take(&line->sending, &byte)) {
        line->usart->dr = byte;
    }
    line->transmitting = line->sending.tail != line->sending.head;
    line->usart->cr1 = USART_CR1_IDLE | (line->transmitting ? USART_CR1_TXEIE : 0U);
}

static void interrupt(struct line *line)
{
    if ((line->usart->sr & USART_SR_RXNE) != 0) {
        ring_put(&line->received, (uint8_t)line->usart->dr);
    }
    if (line->transmitting) {
        pump(line);
    }
}

void serial_link_interrupt(void)
{
    interrupt(&lines[SERIAL_LINK]);
}

void serial_bridge_interrupt(void)
{
    interrupt(&lines[SERIAL_BRIDGE]);
}

bool serial_receive(enum serial_line line, uint8_t *byte)
{
    return ring_take(&lines[line].received, byte);
}

bool serial_waiting(void)
{
    const struct ring *link = &lines[SERIAL_LINK].received, *bridge = &lines[SERIAL_BRIDGE].received;
    return link->head != link->tail || bridge->head != bridge->tail;
}

uint32_t serial_send_room(enum serial_line line)
{
    const struct ring *ring = &lines[line].sending;
    const uint32_t head = ring->head, tail = ring->tail;
    return (tail > head ? tail - head : tail + ring->size - head) - 1U;
}

void serial_send(enum serial_line line, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        ring_put(&lines[line].sending, bytes[i]);
    }
    core_hold_interrupts();
    pump(&lines[line]);
    core_release_interrupts();
}
