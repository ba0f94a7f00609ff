/* Vectors, the start from reset to app_run, and faults. */
#ifndef STARTUP_H
#define STARTUP_H

#include <stdbool.h>
#include <stdint.h>

/* Read a word at an address that may have no memory; on a bus fault return false and leave *value unchanged. */
bool startup_read_word(uint32_t address, uint32_t *value);

/* Called after a fault of the processor, before the reset. */
void board_note_crash(void);

#endif
