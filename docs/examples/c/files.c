#include "common.h"

int main(void)
{
    const char *names[] = {"house.rvt", "nested.bin", "missing.bin", "notes.txt"};
    const apsfetch_request *requests[4];
    apsfetch_request *in_memory = NULL;
    apsfetch_config *config = new_config();
    apsfetch_client *client;
    apsfetch_job *job = NULL;
    apsfetch_error *error = NULL;
    size_t at;

    log_in(config, "data:read");
    client = client_of(config);
    /* ANCHOR: main */
    requests[0] = object_to("apsfetch-sandbox-models", "house.rvt", "house.rvt");
    requests[1] = object_to("apsfetch-sandbox-files", "folder/sub folder/nested.bin", "nested.bin");
    requests[2] = object_to("apsfetch-sandbox-files", "no such object", "missing.bin");
    must(apsfetch_request_new_object("apsfetch-sandbox-files", "notes.txt", &in_memory, &error), error);
    must(apsfetch_request_set_memory(in_memory, 1 << 20, &error), error);
    requests[3] = in_memory;

    /* One job. That one item fails does not stop the others, so the status is not looked at here. */
    apsfetch_download(client, requests, 4, NULL, NULL, &job, NULL);
    for (at = 0; at < apsfetch_job_count(job); ++at) {
        apsfetch_result *result = NULL;
        const int32_t status = apsfetch_job_result(job, at, &result, &error);
        if (status != APSFETCH_OK)
            printf("%s: status %d\n", names[at], (int)status);
        else if (apsfetch_result_data(result) != NULL)
            printf("%s: %.*s", names[at], (int)apsfetch_result_data_size(result),
                   (const char *)apsfetch_result_data(result));
        else
            printf("%s: %llu bytes\n", names[at], (unsigned long long)apsfetch_result_bytes(result));
        apsfetch_result_free(result);
        apsfetch_error_free(error); /* its message says what to do */
        error = NULL;
    }
    apsfetch_job_free(job);
    /* ANCHOR_END: main */
    for (at = 0; at < 4; ++at)
        apsfetch_request_free((apsfetch_request *)requests[at]);
    apsfetch_client_free(client);
    return 0;
}
