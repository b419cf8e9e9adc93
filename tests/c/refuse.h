/* What tests/c/preload/refuse.c can let the system refuse. */
#ifndef REFUSE_H
#define REFUSE_H

enum { REFUSE_NOTHING, REFUSE_THREAD, REFUSE_SOCKET, REFUSE_OPEN, REFUSE_MEMORY };

/* From the n-th time on, 0 for the first. Gives how often it has refused since it was called before. */
int refuse(int what, long from);

#endif
