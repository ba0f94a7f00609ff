/* The application of the earbud, on a board of boards/board.h. */
#ifndef APP_H
#define APP_H

#include <stdbool.h>

/* Boot on an initialised board. */
void app_start(void);

/* Do the next piece of work; returns false if there is none. */
bool app_poll(void);

/* Boot, and work without end. */
_Noreturn void app_run(void);

#endif
