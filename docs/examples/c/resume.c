#include "common.h"

int main(void)
{
    const apsfetch_request *requests[1];
    apsfetch_config *config = new_config();
    apsfetch_client *client;
    apsfetch_job *job = NULL;
    apsfetch_result *result = NULL;
    apsfetch_error *error = NULL;

    log_in(config, "data:read");
    client = client_of(config);
    requests[0] = object_to("apsfetch-sandbox-files", "medium.bin", "medium.bin");
    /* ANCHOR: main */
    must(apsfetch_job_start(client, requests, 1, &job, &error), error);
    /* A timer or an idling event of a user interface would ask with a limit of 0. */
    while (apsfetch_job_wait(job, 100, NULL) == APSFETCH_PENDING) {
        apsfetch_progress now = APSFETCH_PROGRESS_INIT;
        must(apsfetch_job_progress(job, &now, &error), error);
        fprintf(stderr, "\r%llu of %llu bytes", (unsigned long long)now.bytes_done,
                (unsigned long long)now.bytes_total);
        if (now.bytes_done > 4000000) /* the user has changed their mind */
            apsfetch_job_cancel(job, NULL);
    }
    if (apsfetch_job_result(job, 0, &result, NULL) == APSFETCH_E_CANCELLED)
        printf("cancelled\n");
    apsfetch_job_free(job);

    /* The same source to the same target, now or after another start of the program: it goes on. */
    must(apsfetch_download(client, requests, 1, NULL, NULL, &job, &error), error);
    must(apsfetch_job_result(job, 0, &result, &error), error);
    printf("%llu bytes, %s in the second run\n", (unsigned long long)apsfetch_result_bytes(result),
           apsfetch_result_resumed_bytes(result) > 0 ? "not all of them" : "all");
    /* ANCHOR_END: main */
    apsfetch_result_free(result);
    apsfetch_job_free(job);
    apsfetch_request_free((apsfetch_request *)requests[0]);
    apsfetch_client_free(client);
    return 0;
}
