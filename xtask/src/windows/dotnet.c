/* Runs a .NET program on the runtime that lies beside this one: dotnet.exe PROGRAM.dll [ARGUMENT]... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

typedef int (*initialize)(const char *exe, const char *domain, int count, const char **keys, const char **values,
                          void **host, unsigned *id);
typedef int (*execute)(void *host, unsigned id, int count, const char **arguments, const char *program,
                       unsigned *exit_code);
typedef int (*finish)(void *host, unsigned id, int *exit_code);

static char *utf8(const wchar_t *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *result = malloc((size_t)size);

    WideCharToMultiByte(CP_UTF8, 0, text, -1, result, size, NULL, NULL);
    return result;
}

/* Every library of a folder, as the runtime wants to have them named. */
static void add_all(char **list, const wchar_t *folder)
{
    wchar_t pattern[MAX_PATH + 8];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(pattern, MAX_PATH + 8, L"%ls\\*.dll", folder);
    search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        wchar_t path[2 * MAX_PATH];
        char *one;

        swprintf(path, 2 * MAX_PATH, L"%ls\\%ls;", folder, found.cFileName);
        one = utf8(path);
        *list = realloc(*list, strlen(*list) + strlen(one) + 1);
        strcat(*list, one);
        free(one);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

/* Wine keeps its list of handlers in the thread's block, as 32-bit Windows does. .NET unwinds the stack by itself and leaves
 * records in that list whose frames are gone: the second exception of a thread would be looked for in them without end. */
static LONG CALLBACK forget_frames_that_are_gone(EXCEPTION_POINTERS *about)
{
    static const DWORD managed = 0xE0434352;

    if (about->ExceptionRecord->ExceptionCode == managed)
        ((NT_TIB *)NtCurrentTeb())->ExceptionList = (void *)~(ULONG_PTR)0;
    return EXCEPTION_CONTINUE_SEARCH;
}

int wmain(int argc, wchar_t **argv)
{
    static const char *keys[] = {"TRUSTED_PLATFORM_ASSEMBLIES", "APP_PATHS", "NATIVE_DLL_SEARCH_DIRECTORIES",
                                 "APP_CONTEXT_BASE_DIRECTORY", "System.Globalization.Invariant"};
    const char *values[5];
    const char **arguments;
    wchar_t self[MAX_PATH], root[MAX_PATH], program[MAX_PATH], folder[MAX_PATH + 1], library[MAX_PATH + 16];
    char *trusted = calloc(1, 1);
    HMODULE runtime;
    void *host = NULL;
    unsigned id = 0, exit_code = 0;
    int i, status;

    if (argc < 2)
        return 120;
    if (GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL)
        AddVectoredExceptionHandler(1, forget_frames_that_are_gone);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    wcscpy(root, self);
    *wcsrchr(root, L'\\') = 0;
    GetFullPathNameW(argv[1], MAX_PATH, program, NULL);
    wcscpy(folder, program);
    wcsrchr(folder, L'\\')[1] = 0;
    swprintf(library, MAX_PATH + 16, L"%ls\\coreclr.dll", root);
    runtime = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (runtime == NULL) {
        printf("coreclr.dll: error %lu\n", GetLastError());
        return 121;
    }
    add_all(&trusted, root);
    values[0] = trusted;
    values[1] = utf8(folder);
    values[2] = utf8(root);
    values[3] = values[1];
    values[4] = "true";
    status = ((initialize)(void *)GetProcAddress(runtime, "coreclr_initialize"))(utf8(self), "program", 5, keys, values,
                                                                                 &host, &id);
    if (status < 0) {
        printf("the runtime does not start: %#x\n", status);
        return 122;
    }
    arguments = calloc((size_t)argc, sizeof *arguments);
    for (i = 2; i < argc; i++)
        arguments[i - 2] = utf8(argv[i]);
    status = ((execute)(void *)GetProcAddress(runtime, "coreclr_execute_assembly"))(host, id, argc - 2, arguments,
                                                                                    utf8(program), &exit_code);
    if (status < 0) {
        printf("the program does not start: %#x\n", status);
        return 123;
    }
    ((finish)(void *)GetProcAddress(runtime, "coreclr_shutdown_2"))(host, id, &status);
    return (int)exit_code;
}
