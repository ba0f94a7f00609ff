/* The registers that the firmware uses, from RM0090 (STM32F405 reference manual) and the ARMv7-M architecture manual. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* RM0090, 7.3: reset and clock control */
#define RCC_CR REGISTER(0x40023800U)
#define RCC_CR_PLLON (1U << 24)
#define RCC_CR_PLLRDY (1U << 25)
#define RCC_PLLCFGR REGISTER(0x40023804U)
#define RCC_CFGR REGISTER(0x40023808U)
#define RCC_CFGR_SW_PLL 2U
#define RCC_CFGR_PPRE1_4 (5U << 10)
#define RCC_CFGR_PPRE2_2 (4U << 13)
#define RCC_AHB1ENR REGISTER(0x40023830U)
#define RCC_AHB1ENR_GPIOA (1U << 0)
#define RCC_AHB1ENR_GPIOB (1U << 1)
#define RCC_APB1ENR REGISTER(0x40023840U)
#define RCC_APB1ENR_SPI2 (1U << 14)
#define RCC_APB1ENR_USART2 (1U << 17)
#define RCC_APB2ENR REGISTER(0x40023844U)
#define RCC_APB2ENR_USART1 (1U << 4)
#define RCC_APB2ENR_SYSCFG (1U << 14)
#define RCC_CSR REGISTER(0x40023874U)
#define RCC_CSR_RMVF (1U << 24)
#define RCC_CSR_IWDGRSTF (1U << 29)

/* RM0090, 3.9: flash access */
#define FLASH_ACR REGISTER(0x40023C00U)
#define FLASH_ACR_FIVE_WAITS_AND_CACHES 0x705U

/* RM0090, 8.4: ports */
struct gpio {
    uint32_t moder, otyper, ospeedr, pupdr, idr, odr, bsrr, lckr, afrl, afrh;
};
#define GPIOA ((volatile struct gpio *)0x40020000U)
#define GPIOB ((volatile struct gpio *)0x40020400U)

/* RM0090, 9.2 and 12.3: the port of each external interrupt line, and the lines */
#define SYSCFG_EXTICR3 REGISTER(0x40013810U)
#define EXTI_IMR REGISTER(0x40013C00U)
#define EXTI_FTSR REGISTER(0x40013C0CU)
#define EXTI_PR REGISTER(0x40013C14U)

/* RM0090, 30.6: USART */
struct usart {
    uint32_t sr, dr, brr, cr1;
};
#define USART1 ((volatile struct usart *)0x40011000U)
#define USART2 ((volatile struct usart *)0x40004400U)
#define USART_SR_RXNE (1U << 5)
#define USART_SR_TXE (1U << 7)
#define USART_CR1_RE (1U << 2)
#define USART_CR1_TE (1U << 3)
#define USART_CR1_RXNEIE (1U << 5)
#define USART_CR1_TXEIE (1U << 7)
#define USART_CR1_UE (1U << 13)
#define USART_CR1_IDLE (USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE) /* enabled, with nothing to send */

/* RM0090, 28.5: SPI */
struct spi {
    uint32_t cr1, cr2, sr, dr;
};
#define SPI2 ((volatile struct spi *)0x40003800U)
#define SPI_CR1_CPHA (1U << 0)
#define SPI_CR1_MSTR (1U << 2)
#define SPI_CR1_BY_8 (2U << 3)
#define SPI_CR1_BY_16 (3U << 3)
#define SPI_CR1_SPE (1U << 6)
#define SPI_CR1_SSM_SSI (3U << 8)
#define SPI_SR_RXNE (1U << 0)

/* RM0090, 21.4: independent watchdog */
#define IWDG_KR REGISTER(0x40003000U)
#define IWDG_PR REGISTER(0x40003004U)
#define IWDG_RLR REGISTER(0x40003008U)
#define IWDG_UNLOCK 0x5555U
#define IWDG_START 0xCCCCU
#define IWDG_FEED 0xAAAAU

/* RM0090, 39.1: the chip's 96-bit number */
#define UNIQUE_ID_ADDRESS 0x1FFF7A10U

/* RM0090, table 62: interrupts */
#define EXTI9_5_IRQ 23U
#define USART1_IRQ 37U
#define USART2_IRQ 38U

/* ARMv7-M, B3: SysTick, NVIC, system control */
#define SYSTICK_CSR REGISTER(0xE000E010U)
#define SYSTICK_CSR_CORE_CLOCK_ENABLED 5U
#define SYSTICK_CSR_TICKINT 2U
#define SYSTICK_RVR REGISTER(0xE000E014U)
#define SYSTICK_CVR REGISTER(0xE000E018U)
#define NVIC_ISER0 REGISTER(0xE000E100U)
#define NVIC_ISER1 REGISTER(0xE000E104U)
#define SCB_AIRCR REGISTER(0xE000ED0CU)

#endif
