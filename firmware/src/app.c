#include "app.h"

#include "board.h"
#include "session.h"

static struct session session;

void app_start(void)
{
    session_boot(&session);
}

bool app_poll(void)
{
    return session_poll(&session);
}

_Noreturn void app_run(void)
{
    board_init();
    app_start();
    for (;;) {
        board_turn(app_poll());
    }
}
