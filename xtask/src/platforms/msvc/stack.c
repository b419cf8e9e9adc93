/* Of an archive, so that a DLL takes the one that Rust brings along. */

/* Each page of a large stack frame is touched in order; RAX is its size, and all registers are kept. */
__attribute__((naked)) void __chkstk(void)
{
    __asm__("pushq %rcx\n\t"
            "pushq %rax\n\t"
            "leaq 24(%rsp), %rcx\n\t"
            "1: cmpq $4096, %rax\n\t"
            "jb 2f\n\t"
            "subq $4096, %rcx\n\t"
            "orq $0, (%rcx)\n\t"
            "subq $4096, %rax\n\t"
            "jmp 1b\n\t"
            "2: subq %rax, %rcx\n\t"
            "orq $0, (%rcx)\n\t"
            "popq %rax\n\t"
            "popq %rcx\n\t"
            "ret");
}
