/* The self-test at boot: whether the kernel's memory stores what is written, and whether the kernel's values for known
 * codes equal the golden model's at every tap. */
#ifndef SELF_TEST_H
#define SELF_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "tokenizer.h"

/* March C- over `count` words, on six backgrounds so that neighbouring bits differ, too: finds stuck and coupled cells,
 * and addresses of the same cell. Overwrites the words. Returns whether they have no fault. */
bool self_test_memory(volatile uint32_t *words, uint32_t count);

/* Process the codes of spec/self_test.py in the kernel. Returns whether all taps have the golden model's CRC. */
bool self_test_kernel(struct tokenizer *tokenizer);

/* Do both tests in the kernel's memory, which is overwritten. Returns a FAULT_. */
uint8_t self_test(struct tokenizer *tokenizer);

#endif
