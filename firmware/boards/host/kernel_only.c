/* The kernel as a program, without link and application, which need a little-endian machine: kernel < codes > taps. */
#include "host/host.h"

int main(void)
{
    return host_filter_kernel();
}
