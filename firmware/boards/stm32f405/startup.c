#include "startup.h"

#include "app.h"
#include "converter.h"
#include "registers.h"
#include "serial.h"

#define VECTORS (16U + 82U)

extern uint32_t link_stack_top, link_data_start, link_data_end, link_data_image, link_bss_start, link_bss_end;

static volatile bool probing, probe_faulted;

static _Noreturn void reset_chip(void)
{
    board_note_crash();
    SCB_AIRCR = 0x05FA0004U; /* the key, and SYSRESETREQ */
    for (;;) {
    }
}

/* An expected bus fault is recorded and its instruction skipped; any other fault restarts the chip, which the host sees in
 * the boot count of the next HELLO. `frame` is the exception's stack frame: r0-r3, r12, lr, pc, psr. */
__attribute__((used)) static void on_fault(uint32_t *frame)
{
    if (!probing) {
        reset_chip();
    }
    probe_faulted = true;
    const uint32_t opcode = *(const uint16_t *)frame[6];
    frame[6] += opcode >> 11 >= 0x1D ? 4 : 2; /* 32-bit Thumb instructions begin with 0b11101, 0b11110 or 0b11111 */
}

__attribute__((naked)) static void fault(void)
{
    __asm__ volatile("mrs r0, msp\n b on_fault\n");
}

static void unexpected(void)
{
    reset_chip();
}

bool startup_read_word(uint32_t address, uint32_t *value)
{
    probe_faulted = false;
    probing = true;
    const uint32_t word = *(const volatile uint32_t *)address;
    __asm__ volatile("dsb" ::: "memory");
    probing = false;
    if (probe_faulted) {
        return false;
    }
    *value = word;
    return true;
}

_Noreturn void startup_reset(void);

_Noreturn void startup_reset(void)
{
    for (uint32_t *to = &link_data_start, *from = &link_data_image; to < &link_data_end; to++, from++) {
        *to = *from;
    }
    /* cppcheck-suppress comparePointers ; the linker script defines both, as the ends of one section */
    for (uint32_t *to = &link_bss_start; to < &link_bss_end; to++) {
        *to = 0;
    }
    app_run();
}

/* SysTick's handler does nothing: the interrupt only wakes the core. */
static void woken(void)
{
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[VECTORS] = {
    (vector)&link_stack_top,
    (vector)startup_reset,
    unexpected, fault, fault, fault, fault, /* NMI, hard fault, memory, bus, usage */
    [11] = unexpected, [12] = unexpected, [14] = unexpected, [15] = woken,
    [16 + EXTI9_5_IRQ] = spi_data_ready_interrupt,
    [16 + USART1_IRQ] = serial_link_interrupt,
    [16 + USART2_IRQ] = serial_bridge_interrupt,
};
