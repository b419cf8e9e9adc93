/* A test program says what it found and where, and ends. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

/* For calls whose error object is in `error`. */
#define CHECK_OK(call)                                                                    \
    do {                                                                                  \
        int32_t check_status = (call);                                                    \
        if (check_status != APSFETCH_OK) {                                                \
            printf("%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call,                      \
                   apsfetch_status_text(check_status), apsfetch_error_message(error));    \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

#endif
