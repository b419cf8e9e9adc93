/* A handle that is not valid is a status, whatever is wrong with it. Arguments: as every_kind.h says. */
#include "every_kind.h"

static void check_refused(const kind *as, void *handle, const char *what)
{
    if (as->use(handle) != APSFETCH_E_INVALID_HANDLE ||
        as->release(handle) != APSFETCH_E_INVALID_HANDLE) {
        printf("%s was taken for %s\n", what, as->name);
        exit(1);
    }
}

/* How an error says what is wrong. */
static void check_messages(void)
{
    apsfetch_error *error = NULL;

    CHECK(apsfetch_job_cancel((apsfetch_job *)kinds[2].handle, &error) == APSFETCH_E_INVALID_HANDLE);
    CHECK(strcmp(apsfetch_error_message(error), "A client was given for a job.") == 0);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_job_cancel(NULL, &error) == APSFETCH_E_INVALID_HANDLE);
    CHECK(strcmp(apsfetch_error_message(error), "The job is NULL.") == 0);
    CHECK_OK(apsfetch_error_free(error));
}

int main(int argc, char **argv)
{
    uint64_t memory[8] = {0};
    int i, j, bit;

    CHECK(argc == 7);
    arguments = argv;
    make_all();
    check_messages();
    for (i = 0; i < KINDS; i++) {
        uintptr_t number = (uintptr_t)kinds[i].handle;

        CHECK(kinds[i].use(kinds[i].handle) != APSFETCH_E_INVALID_HANDLE);
        for (j = 0; j < KINDS; j++)
            if (i != j)
                check_refused(&kinds[j], kinds[i].handle, kinds[i].name);
        /* Numbers beside it, and each of its bits turned. No bit may make another valid handle of it. */
        check_refused(&kinds[i], (void *)(number + 1), "a larger number");
        check_refused(&kinds[i], (void *)(number - 1), "a smaller number");
        for (bit = 0; bit < 64; bit++) {
            uint64_t turned = (uint64_t)number ^ ((uint64_t)1 << bit);

            for (j = 0; j < KINDS; j++)
                if ((uint64_t)(uintptr_t)kinds[j].handle == turned)
                    break;
            if (j == KINDS)
                check_refused(&kinds[i], (void *)(uintptr_t)turned, "a number with another bit");
        }
        check_refused(&kinds[i], memory, "the address of something");
        check_refused(&kinds[i], (void *)(uintptr_t)1, "1");
        check_refused(&kinds[i], (void *)(uintptr_t)-1, "-1");
        CHECK(kinds[i].use(NULL) == APSFETCH_E_INVALID_HANDLE);
        CHECK(kinds[i].release(NULL) == APSFETCH_OK);
    }
    for (i = 0; i < KINDS; i++) {
        CHECK(kinds[i].release(kinds[i].handle) == APSFETCH_OK);
        check_refused(&kinds[i], kinds[i].handle, "a freed handle");
    }
    /* New objects do not get old numbers. */
    for (i = 0; i < KINDS; i++) {
        void *old = kinds[i].handle;

        make_all();
        for (j = 0; j < KINDS; j++) {
            CHECK(kinds[j].handle != old);
            check_refused(&kinds[j], old, "a freed handle");
        }
        for (j = 0; j < KINDS; j++)
            CHECK(kinds[j].release(kinds[j].handle) == APSFETCH_OK);
    }
    return 0;
}
