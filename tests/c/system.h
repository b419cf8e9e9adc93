/* What the systems do each in its own way: threads that are alive, descriptors, memory, loading a library, an alarm. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdio.h>
#include <stdlib.h>

/* Microsoft's compiler has neither, and its programs do without threads of their own. */
#ifdef _MSC_VER
#include <process.h>
#else
#include <pthread.h>
#include <unistd.h>
#endif

#include "check.h"

#ifdef _WIN32

#include <direct.h>
#include <io.h>
#include <stdint.h>
#include <windows.h>
/* After windows.h. */
#include <tlhelp32.h>

#define make_folder(name) _mkdir(name)
#define SEPARATOR "\\"

/* A file by its name in UTF-8. */
static inline FILE *open_to_read(const char *path)
{
    wchar_t name[1024];

    CHECK(MultiByteToWideChar(CP_UTF8, 0, path, -1, name, 1024) > 0);
    return _wfopen(name, L"rb");
}

static inline int count_tasks(void)
{
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry;
    int count = 0;

    CHECK(list != INVALID_HANDLE_VALUE);
    entry.dwSize = sizeof entry;
    if (Thread32First(list, &entry)) {
        do
            count += entry.th32OwnerProcessID == GetCurrentProcessId();
        while (Thread32Next(list, &entry));
    }
    CloseHandle(list);
    return count;
}

/* Wine's headers, with which clang stands in for Microsoft's compiler, do not have it. */
#ifndef _MSC_VER
static inline int count_descriptors(void)
{
    DWORD count = 0;

    CHECK(GetProcessHandleCount(GetCurrentProcess(), &count));
    return (int)count;
}
#endif

/* What is given out of the process's heap, from which Rust takes its memory. */
static inline size_t used_memory(void)
{
    HANDLE heap = GetProcessHeap();
    PROCESS_HEAP_ENTRY entry;
    size_t used = 0;

    entry.lpData = NULL;
    CHECK(HeapLock(heap));
    while (HeapWalk(heap, &entry))
        used += entry.wFlags & PROCESS_HEAP_ENTRY_BUSY ? entry.cbData : 0;
    CHECK(HeapUnlock(heap));
    return used;
}

static inline void *load_library(const char *path)
{
    return (void *)LoadLibraryA(path);
}

static inline void *find_symbol(void *library, const char *name)
{
    FARPROC found = GetProcAddress((HMODULE)library, name);
    void *symbol;

    *(FARPROC *)&symbol = found;
    return symbol;
}

static inline int unload_library(void *library)
{
    return FreeLibrary((HMODULE)library) ? 0 : -1;
}

static inline int is_loaded(const char *path)
{
    return GetModuleHandleA(path) != NULL;
}

static volatile LONG64 alarm_at;
static void (*volatile alarm_handler)(int);

static DWORD WINAPI alarm_thread(void *unused)
{
    (void)unused;
    while (GetTickCount64() < (ULONGLONG)alarm_at)
        Sleep(100);
    if (alarm_handler != NULL)
        alarm_handler(0);
    printf("it takes too long\n");
    fflush(stdout);
    _exit(1);
}

static inline void set_alarm(unsigned seconds)
{
    static int watched;

    alarm_at = (LONG64)GetTickCount64() + seconds * 1000;
    if (!watched)
        CHECK(CreateThread(NULL, 0, alarm_thread, NULL, 0, NULL) != NULL);
    watched = 1;
}

static inline void on_alarm(void (*handler)(int))
{
    alarm_handler = handler;
}

#else

#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <sys/stat.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define make_folder(name) mkdir(name, 0777)
#define SEPARATOR "/"

static inline FILE *open_to_read(const char *path)
{
    return fopen(path, "rb");
}

static inline int count_entries(const char *path)
{
    int count = 0;
    struct dirent *entry;
    DIR *folder = opendir(path);

    CHECK(folder != NULL);
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static inline int count_tasks(void)
{
    return count_entries("/proc/self/task");
}

static inline int count_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

/* What the heap has given out. What the process occupies says less: it grows by what is between the blocks. */
static inline size_t used_memory(void)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

static inline void *load_library(const char *path)
{
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static inline void *find_symbol(void *library, const char *name)
{
    return dlsym(library, name);
}

static inline int unload_library(void *library)
{
    return dlclose(library);
}

static inline int is_loaded(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);

    return library != NULL;
}

static inline void set_alarm(unsigned seconds)
{
    alarm(seconds);
}

static inline void on_alarm(void (*handler)(int))
{
    CHECK(signal(SIGALRM, handler) != SIG_ERR);
}

#endif

#endif
