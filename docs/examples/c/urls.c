#include "common.h"

int main(void)
{
    const apsfetch_request *requests[1];
    apsfetch_request *by_url = NULL;
    apsfetch_config *config = new_config();
    apsfetch_client *client;
    apsfetch_signed *list = NULL;
    apsfetch_upload_result *stored = NULL;
    apsfetch_oss_url *url = NULL;
    apsfetch_job *job = NULL;
    apsfetch_result *result = NULL;
    apsfetch_error *error = NULL;
    FILE *file = fopen("hello.txt", "w");

    if (file == NULL || fputs("Hello, APS!\n", file) < 0 || fclose(file) != 0)
        return 1;
    log_in(config, "data:read data:write");
    client = client_of(config);
    /* ANCHOR: main */
    /* Everything to fetch a file by other means. URL and cookies are secrets for as long as they work. */
    requests[0] = object_to("apsfetch-sandbox-models", "house.rvt", "house.rvt");
    must(apsfetch_sign(client, requests, 1, NULL, &list, &error), error);
    must(apsfetch_signed_error(list, 0, &error), error); /* each item has a status of its own */
    printf("house.rvt: %lld bytes, %u cookies, %s a SHA-1\n", (long long)apsfetch_signed_size(list, 0),
           (unsigned)apsfetch_signed_cookie_count(list, 0), apsfetch_signed_sha1(list, 0) != NULL ? "with" : "without");

    /* A file becomes an object. A callback in the place of the first NULL would tell how far it is. */
    must(apsfetch_upload_object(client, "apsfetch-sandbox-models", "hello.txt", "hello.txt", NULL, NULL, NULL, NULL,
                                &stored, &error), error);
    printf("uploaded: %s\n", apsfetch_upload_result_object_id(stored));

    /* A URL for somebody who has no token: to read, for 10 minutes, once. */
    must(apsfetch_create_signed_url(client, "apsfetch-sandbox-models", "hello.txt", APSFETCH_ACCESS_READ, 0, 10, 1,
                                    NULL, &url, &error), error);

    /* What that somebody does. */
    must(apsfetch_request_new_url(apsfetch_oss_url_text(url), &by_url, &error), error);
    must(apsfetch_request_set_single_use(by_url, 1, &error), error);
    must(apsfetch_request_set_memory(by_url, 1 << 20, &error), error);
    apsfetch_request_free((apsfetch_request *)requests[0]);
    requests[0] = by_url;
    must(apsfetch_download(client, requests, 1, NULL, NULL, &job, &error), error);
    must(apsfetch_job_result(job, 0, &result, &error), error);
    printf("read back: %.*s", (int)apsfetch_result_data_size(result), (const char *)apsfetch_result_data(result));
    /* ANCHOR_END: main */
    apsfetch_result_free(result);
    apsfetch_job_free(job);
    apsfetch_request_free(by_url);
    apsfetch_oss_url_free(url);
    apsfetch_upload_result_free(stored);
    apsfetch_signed_free(list);
    apsfetch_client_free(client);
    return 0;
}
