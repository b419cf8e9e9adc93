/* Two threads write to one variable on purpose: a tool that does not find it finds nothing. */
#include <pthread.h>

static int shared;

static void *write_to_it(void *unused)
{
    int i;

    for (i = 0; i < 1000; i++)
        shared++;
    return unused;
}

int main(void)
{
    pthread_t one, other;

    pthread_create(&one, NULL, write_to_it, NULL);
    pthread_create(&other, NULL, write_to_it, NULL);
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    return 0;
}
