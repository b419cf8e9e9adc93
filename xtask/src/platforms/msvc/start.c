/* Where a program begins. In an archive, so that a DLL is linked without it. */

int main(int argc, char **argv);
int _configure_narrow_argv(int mode);
int _initialize_narrow_environment(void);
int *__p___argc(void);
char ***__p___argv(void);
__declspec(noreturn) void exit(int status);

void mainCRTStartup(void)
{
    _configure_narrow_argv(1);
    _initialize_narrow_environment();
    exit(main(*__p___argc(), *__p___argv()));
}
