/* Counting the threads of this process. */
#ifndef TASKS_H
#define TASKS_H

#include <pthread.h>
#include <time.h>

#include "system.h"

static inline void *do_nothing(void *unused)
{
    return unused;
}

/* How many there are to begin with. A sanitizer starts a thread of its own beside a program's first one. */
static inline int first_tasks(void)
{
    pthread_t thread;
    int before, i;
    struct timespec moment = {0, 1000000};

    CHECK(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    /* Until the thread is off the list. */
    before = count_tasks();
    for (i = 0; i < 20; i++) {
        nanosleep(&moment, NULL);
        if (count_tasks() < before)
            before = count_tasks();
    }
    return before;
}

/* The kernel takes a thread off its list a moment after it has told those who wait for it. */
static inline int settled_tasks(int expected)
{
    int tries;
    struct timespec moment = {0, 1000000};

    for (tries = 0; tries < 10000 && count_tasks() != expected; tries++)
        nanosleep(&moment, NULL);
    return count_tasks();
}

#endif
