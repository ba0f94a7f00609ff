/* The application: what runs on the earbud, over the board of boards/board.h. */
#ifndef APP_H
#define APP_H

#include <stdbool.h>

/* Boot, on a board that is initialised. */
void app_start(void);

/* Do the next bit of work; returns false when there is none. */
bool app_poll(void);

/* Boot and work for ever. */
_Noreturn void app_run(void);

#endif
