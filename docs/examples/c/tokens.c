#include "common.h"

/* Stands for what the host does: it asks its own server, or its user. */
static const char *get_token(void)
{
    printf("a token, please\n");
    return getenv("APS_SANDBOX_TOKEN");
}

int main(void)
{
    const apsfetch_request *requests[1];
    apsfetch_config *config = new_config();
    apsfetch_client *client;
    apsfetch_job *job = NULL;
    apsfetch_result *result = NULL;
    apsfetch_error *error = NULL;

    /* ANCHOR: main */
    /* No token yet. A job then waits for one, here for five minutes, instead of failing. */
    must(apsfetch_config_set_token_wait_ms(config, 5 * 60 * 1000, &error), error);
    client = client_of(config);
    requests[0] = object_to("apsfetch-sandbox-models", "house.rvt", "house.rvt");
    must(apsfetch_job_start(client, requests, 1, &job, &error), error);
    while (apsfetch_job_wait(job, 100, NULL) == APSFETCH_PENDING) {
        apsfetch_progress now = APSFETCH_PROGRESS_INIT;
        must(apsfetch_job_progress(job, &now, &error), error);
        /* At the beginning, and whenever APS refuses the token: the job goes on where it was. */
        if (now.state == APSFETCH_JOB_WAITING_FOR_TOKEN)
            must(apsfetch_client_set_access_token(client, get_token(), &error), error);
    }
    must(apsfetch_job_result(job, 0, &result, &error), error);
    printf("house.rvt: %llu bytes\n", (unsigned long long)apsfetch_result_bytes(result));
    /* ANCHOR_END: main */
    apsfetch_result_free(result);
    apsfetch_job_free(job);
    apsfetch_request_free((apsfetch_request *)requests[0]);
    apsfetch_client_free(client);
    return 0;
}
