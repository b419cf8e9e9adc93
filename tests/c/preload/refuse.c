/* Goes into a program by LD_PRELOAD and lets the system refuse what it is asked for: from the n-th time on, until told
   otherwise. The program finds `refuse` as a weak symbol. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../refuse.h"

/* Blocks from this size on: those whose size comes from outside. Rust ends the process when it gets no small one. */
enum { LARGE = 1024 * 1024 };

static int what;
static long left;
static int refused;

int refuse(int which, long from)
{
    int before = __atomic_exchange_n(&refused, 0, __ATOMIC_SEQ_CST);

    __atomic_store_n(&what, REFUSE_NOTHING, __ATOMIC_SEQ_CST);
    __atomic_store_n(&left, from, __ATOMIC_SEQ_CST);
    __atomic_store_n(&what, which, __ATOMIC_SEQ_CST);
    return before;
}

static int is_refused(int which)
{
    if (__atomic_load_n(&what, __ATOMIC_SEQ_CST) != which || __atomic_fetch_sub(&left, 1, __ATOMIC_SEQ_CST) > 0)
        return 0;
    __atomic_fetch_add(&refused, 1, __ATOMIC_SEQ_CST);
    return 1;
}

/* The function behind ours. ISO C has no cast from void * to it. */
#define BEHIND(name)                                   \
    void *symbol = dlsym(RTLD_NEXT, #name);            \
    memcpy(&behind, &symbol, sizeof behind)

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    int (*behind)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    if (is_refused(REFUSE_THREAD))
        return EAGAIN;
    BEHIND(pthread_create);
    return behind(thread, attributes, start, argument);
}

int socket(int domain, int type, int protocol)
{
    int (*behind)(int, int, int);

    if (is_refused(REFUSE_SOCKET)) {
        errno = EMFILE;
        return -1;
    }
    BEHIND(socket);
    return behind(domain, type, protocol);
}

int open64(const char *path, int flags, ...)
{
    int (*behind)(const char *, int, ...);
    va_list rest;
    mode_t mode;

    va_start(rest, flags);
    mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (is_refused(REFUSE_OPEN)) {
        errno = EMFILE;
        return -1;
    }
    BEHIND(open64);
    return behind(path, flags, mode);
}

/* The system's own allocator has these names too, so that ours need not look for them before there is memory. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

void *malloc(size_t size)
{
    if (size >= LARGE && is_refused(REFUSE_MEMORY)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (size != 0 && count >= LARGE / size && is_refused(REFUSE_MEMORY)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    if (size >= LARGE && is_refused(REFUSE_MEMORY)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(block, size);
}
