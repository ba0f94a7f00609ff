/* What the earbud finds out about itself at boot: whether the kernel's memory holds what is written, and whether the
 * kernel makes of known codes what the golden model makes of them, at every tap. */
#ifndef SELF_TEST_H
#define SELF_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "tokenizer.h"

/* March C- over `count` words, on six backgrounds so that neighbouring bits differ, too: finds cells that are stuck or
 * coupled, and addresses that lead to the same cell. Overwrites them. Returns whether all is well. */
bool self_test_memory(volatile uint32_t *words, uint32_t count);

/* The codes of spec/self_test.py through the kernel. Returns whether all taps have the CRC of the golden model's. */
bool self_test_kernel(struct tokenizer *tokenizer);

/* Both, in the kernel's own memory, which is overwritten. Returns a FAULT_. */
uint8_t self_test(struct tokenizer *tokenizer);

#endif
