/* Downloads one object of a bucket: quickstart BUCKET KEY FILE */
#include <apsfetch.h>
#include <stdio.h>
#include <stdlib.h>

/* About ten times a second, on the thread that called apsfetch_download. Another result than 0 would cancel. */
static int32_t show(const apsfetch_progress *now, void *user_data)
{
    (void)user_data;
    fprintf(stderr, "\r%llu of %llu bytes", (unsigned long long)now->bytes_done, (unsigned long long)now->bytes_total);
    return 0;
}

int main(int argc, char **argv)
{
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;
    apsfetch_request *request = NULL;
    apsfetch_job *job = NULL;
    apsfetch_result *result = NULL;
    apsfetch_error *error = NULL;
    const char *id = getenv("APS_CLIENT_ID"), *secret = getenv("APS_CLIENT_SECRET"), *base = getenv("APS_BASE_URL");
    int32_t status;

    if (argc != 4) {
        fprintf(stderr, "usage: quickstart BUCKET KEY FILE\n");
        return 2;
    }
    /* The first call that fails ends the chain. The library gets its token itself, and renews it. */
    (void)((status = apsfetch_config_new(&config, &error))
        || (base != NULL && (status = apsfetch_config_set_base_url(config, base, &error)))
        || (status = apsfetch_config_set_client_credentials(config, id, secret, "data:read", &error))
        || (status = apsfetch_client_new(config, &client, &error))
        || (status = apsfetch_request_new_object(argv[1], argv[2], &request, &error))
        || (status = apsfetch_request_set_path(request, argv[3], &error)));
    if (status == APSFETCH_OK) {
        const apsfetch_request *requests[1];
        requests[0] = request;
        status = apsfetch_download(client, requests, 1, show, NULL, &job, &error);
        fprintf(stderr, "\n");
    }
    if (status == APSFETCH_OK && (status = apsfetch_job_result(job, 0, &result, &error)) == APSFETCH_OK)
        printf("%s: %llu bytes, verified by %s\n", apsfetch_result_path(result),
               (unsigned long long)apsfetch_result_bytes(result),
               apsfetch_result_verification(result) == APSFETCH_VERIFICATION_SHA1 ? "SHA-1" : "size");
    else
        fprintf(stderr, "%s: %s\n", apsfetch_status_text(status), apsfetch_error_message(error));

    /* Freeing NULL does nothing, so this is right wherever the chain has ended. */
    apsfetch_error_free(error);
    apsfetch_result_free(result);
    apsfetch_job_free(job);
    apsfetch_request_free(request);
    apsfetch_client_free(client);
    apsfetch_config_free(config);
    return status == APSFETCH_OK ? 0 : 1;
}
