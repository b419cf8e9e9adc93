/* Counting the threads of this process. */
#ifndef TASKS_H
#define TASKS_H

#include <dirent.h>
#include <time.h>

#include "check.h"

static inline int count_tasks(void)
{
    int count = 0;
    struct dirent *entry;
    DIR *folder = opendir("/proc/self/task");

    CHECK(folder != NULL);
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
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
