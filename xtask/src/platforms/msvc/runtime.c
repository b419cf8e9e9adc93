/* Stands in for the part of Microsoft's C runtime that is linked into each program and DLL, as far as Rust's standard
   library and the programs of the tests want it. With it and Wine's import libraries something can be linked for
   Microsoft's ABI where none of Microsoft's files are. What is linked so is for tests and is never shipped. */

#pragma comment(lib, "ucrt")
#pragma comment(lib, "vcruntime")

/* ---- Thread-local variables: the loader finds this directory by its name, and calls what is between XLA and XLZ. */

#pragma section(".tls", read, write)
#pragma section(".tls$ZZZ", read, write)
#pragma section(".CRT$XLA", read)
#pragma section(".CRT$XLZ", read)

typedef void (__stdcall *callback)(void *module, unsigned long reason, void *reserved);

unsigned long _tls_index = 0;
__declspec(allocate(".tls")) char _tls_start = 0;
__declspec(allocate(".tls$ZZZ")) char _tls_end = 0;
__declspec(allocate(".CRT$XLA")) callback __xl_a = 0;
__declspec(allocate(".CRT$XLZ")) callback __xl_z = 0;

const struct {
    void *start, *end;
    unsigned long *index;
    callback *callbacks;
    unsigned long zeros, characteristics;
} _tls_used = { &_tls_start, &_tls_end, &_tls_index, &__xl_a + 1, 0, 0 };

/* ---- Names that the compiler refers to. */

int _fltused = 1;

/* What a thrown object's description begins with. The handlers compare the descriptions, and never look here. */
const void *type_info_table[1] __asm__("??_7type_info@@6B@") = { 0 };

/* ---- Where the loader begins. */

int __stdcall _DllMainCRTStartup(void *module, unsigned long reason, void *reserved)
{
    (void)module;
    (void)reason;
    (void)reserved;
    return 1;
}
