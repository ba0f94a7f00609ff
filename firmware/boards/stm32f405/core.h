/* The processor: interrupts, clocks of the buses, sleep. */
#ifndef CORE_H
#define CORE_H

#define CORE_SLOW_HZ 16000000U  /* the internal oscillator, with which the chip starts; all buses run at it */
#define CORE_FAST_HZ 168000000U
#define APB1_FAST_HZ (CORE_FAST_HZ / 4U)
#define APB2_FAST_HZ (CORE_FAST_HZ / 2U)

static inline void core_hold_interrupts(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void core_release_interrupts(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

/* Sleep until an interrupt, also a disabled one. */
static inline void core_rest(void)
{
    __asm__ volatile("wfi");
}

#endif
