/* Header and library are of one version, and the public structure has the layout that is for ever. */
#include <apsfetch.h>
#include <stddef.h>
#include <string.h>

#include "check.h"

int main(void)
{
    apsfetch_progress progress = APSFETCH_PROGRESS_INIT;
    char version[32];

    snprintf(version, sizeof version, "%d.%d.%d", APSFETCH_VERSION_MAJOR, APSFETCH_VERSION_MINOR,
             APSFETCH_VERSION_PATCH);
    CHECK(strcmp(version, apsfetch_version()) == 0);
    CHECK(apsfetch_abi_version() == APSFETCH_ABI_VERSION);

    CHECK(progress.struct_size == sizeof progress);
    CHECK(progress.state == 0 && progress.retries == 0);
    CHECK(sizeof(apsfetch_progress) == 72);
    CHECK(offsetof(apsfetch_progress, struct_size) == 0);
    CHECK(offsetof(apsfetch_progress, state) == 4);
    CHECK(offsetof(apsfetch_progress, items_total) == 8);
    CHECK(offsetof(apsfetch_progress, items_finished) == 16);
    CHECK(offsetof(apsfetch_progress, items_failed) == 24);
    CHECK(offsetof(apsfetch_progress, items_sized) == 32);
    CHECK(offsetof(apsfetch_progress, bytes_done) == 40);
    CHECK(offsetof(apsfetch_progress, bytes_total) == 48);
    CHECK(offsetof(apsfetch_progress, connections) == 56);
    CHECK(offsetof(apsfetch_progress, retries) == 64);

    CHECK(strcmp(apsfetch_status_text(APSFETCH_OK), "ok") == 0);
    CHECK(strcmp(apsfetch_status_text(APSFETCH_E_AUTH), "not authenticated") == 0);
    CHECK(strcmp(apsfetch_status_text(-12345), "unknown status") == 0);
    puts(version);
    return 0;
}
