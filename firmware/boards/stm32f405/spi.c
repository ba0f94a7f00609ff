#include "converter.h"
#include "core.h"
#include "registers.h"

#define CHIP_SELECT (1U << 9) /* PB9 */
#define DATA_READY (1U << 8)  /* PB8 */
#define WAIT_TURNS 1000U      /* turns of a loop that waits for a byte; a byte takes 3 us */

static volatile uint32_t ready;

void spi_start(bool fast)
{
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOB;
    RCC_APB1ENR |= RCC_APB1ENR_SPI2;
    RCC_APB2ENR |= RCC_APB2ENR_SYSCFG;
    GPIOB->bsrr = CHIP_SELECT;
    GPIOB->afrh = (GPIOB->afrh & ~(0xFFFU << 20)) | 0x555U << 20;                  /* PB13..PB15: alternate function 5 */
    GPIOB->pupdr = (GPIOB->pupdr & ~(3U << 16 | 3U << 28)) | 1U << 16 | 2U << 28;  /* PB8 up, PB14 down: no chip is zeros */
    GPIOB->moder = (GPIOB->moder & ~(0xFU << 16 | 0x3FU << 26)) | 1U << 18 | 0x2AU << 26;
    /* Master, CPOL 0, CPHA 1 (section 9.5.1 of SBAS499C), manual chip select; 42 MHz / 16 or 16 MHz / 8: 2.6 or 2 MHz. */
    SPI2->cr1 = SPI_CR1_CPHA | SPI_CR1_MSTR | SPI_CR1_SSM_SSI | (fast ? SPI_CR1_BY_16 : SPI_CR1_BY_8) | SPI_CR1_SPE;
    SYSCFG_EXTICR3 = (SYSCFG_EXTICR3 & ~0xFU) | 1U; /* line 8 is port B's */
    EXTI_FTSR |= DATA_READY;
    EXTI_IMR |= DATA_READY;
    NVIC_ISER0 = 1U << EXTI9_5_IRQ;
}

static uint8_t exchange_byte(uint8_t out)
{
    SPI2->dr = out;
    for (uint32_t turn = 0; turn < WAIT_TURNS; turn++) {
        if ((SPI2->sr & SPI_SR_RXNE) != 0) {
            return (uint8_t)SPI2->dr;
        }
    }
    return 0;
}

void spi_exchange(const uint8_t *out, uint8_t *in, uint32_t length)
{
    GPIOB->bsrr = CHIP_SELECT << 16;
    for (uint32_t i = 0; i < length; i++) {
        in[i] = exchange_byte(out[i]);
    }
    /* The last SCLK was half a bit ago; chip select must stay low for 4 tCLK, 2 us, after it (table 7.6: tSCCS). */
    for (volatile uint32_t turn = 0; turn < 60; turn++) {
    }
    GPIOB->bsrr = CHIP_SELECT;
}

uint32_t spi_data_ready(void)
{
    core_hold_interrupts();
    const uint32_t found = ready;
    ready = 0;
    core_release_interrupts();
    return found;
}

bool spi_waiting(void)
{
    return ready > 0;
}

void spi_data_ready_interrupt(void)
{
    EXTI_PR = DATA_READY;
    ready++;
}
