/* The registers in use, from RM0090 (STM32F405 reference manual) and the ARMv7-M architecture manual. */
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
#define RCC_CFGR_SWS(cfgr) ((cfgr) >> 2 & 3U)
#define RCC_CFGR_PPRE1_4 (5U << 10)
#define RCC_CFGR_PPRE2_2 (4U << 13)
#define RCC_AHB1ENR REGISTER(0x40023830U)
#define RCC_AHB1ENR_GPIOA (1U << 0)
#define RCC_APB2ENR REGISTER(0x40023844U)
#define RCC_APB2ENR_USART1 (1U << 4)

/* RM0090, 3.9: flash access */
#define FLASH_ACR REGISTER(0x40023C00U)
#define FLASH_ACR_FIVE_WAITS_AND_CACHES 0x705U

/* RM0090, 8.4: port A */
#define GPIOA_MODER REGISTER(0x40020000U)
#define GPIOA_PUPDR REGISTER(0x4002000CU)
#define GPIOA_AFRH REGISTER(0x40020024U)

/* RM0090, 30.6: USART1 */
#define USART1_SR REGISTER(0x40011000U)
#define USART1_DR REGISTER(0x40011004U)
#define USART1_BRR REGISTER(0x40011008U)
#define USART1_CR1 REGISTER(0x4001100CU)
#define USART_SR_RXNE (1U << 5)
#define USART_SR_TXE (1U << 7)
#define USART_CR1_RE (1U << 2)
#define USART_CR1_TE (1U << 3)
#define USART_CR1_RXNEIE (1U << 5)
#define USART_CR1_TXEIE (1U << 7)
#define USART_CR1_UE (1U << 13)
#define USART_CR1_IDLE (USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE) /* on, with nothing to send */

/* RM0090, 39.1: the chip's 96-bit number */
#define UNIQUE_ID_ADDRESS 0x1FFF7A10U

/* ARMv7-M, B3: SysTick, NVIC, system control */
#define SYSTICK_CSR REGISTER(0xE000E010U)
#define SYSTICK_CSR_CORE_CLOCK_ENABLED 5U
#define SYSTICK_RVR REGISTER(0xE000E014U)
#define SYSTICK_CVR REGISTER(0xE000E018U)
#define SYSTICK_MASK 0xFFFFFFU
#define NVIC_ISER1 REGISTER(0xE000E104U)
#define SCB_AIRCR REGISTER(0xE000ED0CU)

#endif
