/* Loses memory on purpose: a tool that does not find it finds nothing. */
#include <stdlib.h>

int main(void)
{
    char *volatile lost = malloc(1000);

    lost[0] = 1;
    lost = NULL;
    return 0;
}
