#include "app.h"

#include "board.h"
#include "link.h"

static struct link host_link;

void app_start(void)
{
    link_reset(&host_link);
    link_announce(&host_link);
}

bool app_poll(void)
{
    return link_poll(&host_link);
}

_Noreturn void app_run(void)
{
    board_init();
    app_start();
    for (;;) {
        board_turn(app_poll());
    }
}
