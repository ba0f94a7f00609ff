/* Vectors, the way from reset to app_run, and faults. */
#ifndef STARTUP_H
#define STARTUP_H

#include <stdbool.h>
#include <stdint.h>

/* Read a word where there may be no memory: returns false, and leaves *value, where the bus faults. */
bool startup_read_word(uint32_t address, uint32_t *value);

/* Called before the reset that a fault of the processor ends in. */
void board_note_crash(void);

#endif
