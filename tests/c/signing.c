/* A signed list is enough to fetch the file. Arguments: base URL, token, bucket, an object's key and size. */
#include <string.h>

#include "setup.h"

int main(int argc, char **argv)
{
    apsfetch_client *client;
    apsfetch_request *object, *url = NULL, *odd = NULL;
    const apsfetch_request *requests[2];
    apsfetch_error *error = NULL;
    apsfetch_signed *list = NULL;
    apsfetch_job *job;
    apsfetch_result *result;
    uint64_t size;

    CHECK(argc == 6);
    size = strtoull(argv[5], NULL, 10);
    client = make_client(argv[1], argv[2]);
    object = make_object(argv[3], argv[4]);
    CHECK_OK(apsfetch_request_set_minutes_expiration(object, 5, &error));
    CHECK_OK(apsfetch_request_new_derivative("dXJuOm5vbmU", "urn:none", &odd, &error));
    requests[0] = object;
    requests[1] = odd;
    CHECK_OK(apsfetch_sign(client, requests, 2, NULL, &list, &error));
    CHECK(apsfetch_signed_count(list) == 2);
    CHECK(apsfetch_signed_status(list, 0) == APSFETCH_SIGNED_COMPLETE);
    CHECK(apsfetch_signed_error(list, 0, &error) == APSFETCH_OK && error == NULL);
    CHECK(strstr(apsfetch_signed_url(list, 0), "X-Amz-Signature") != NULL);
    CHECK(apsfetch_signed_size(list, 0) == (int64_t)size);
    CHECK(apsfetch_signed_expires_at_ms(list, 0) > INT64_C(1500000000000));
    CHECK(apsfetch_signed_cookie_count(list, 0) == 0 && apsfetch_signed_cookie_header(list, 0) == NULL);
    CHECK(apsfetch_signed_cookie_name(list, 0, 0) == NULL && apsfetch_signed_cookie_value(list, 0, 9) == NULL);
    CHECK(apsfetch_signed_chunk_count(list, 0) == 0 && apsfetch_signed_chunk_url(list, 0, 0) == NULL);
    CHECK(apsfetch_signed_chunk_start(list, 0, 0) == 0 && apsfetch_signed_chunk_end(list, 0, 0) == 0);
    CHECK(apsfetch_signed_single_use(list, 0) == 0 && apsfetch_signed_reason(list, 0) == NULL);

    /* The one that failed, and one that is not there. */
    CHECK(apsfetch_signed_status(list, 1) < 0 && apsfetch_signed_url(list, 1) == NULL);
    CHECK(apsfetch_signed_error(list, 1, &error) == apsfetch_signed_status(list, 1));
    CHECK(apsfetch_error_http_status(error) >= 400);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_signed_size(list, 1) == -1 && apsfetch_signed_expires_at_ms(list, 2) == -1);
    CHECK(apsfetch_signed_status(list, 2) == APSFETCH_E_INVALID_ARGUMENT);

    CHECK_OK(apsfetch_request_new_url(apsfetch_signed_url(list, 0), &url, &error));
    CHECK_OK(apsfetch_request_set_memory(url, size, &error));
    CHECK_OK(apsfetch_request_set_size(url, size, &error));
    CHECK_OK(apsfetch_request_add_header(url, "Accept", "*/*", &error));
    CHECK(apsfetch_request_set_use_cdn(url, 1, NULL) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(apsfetch_request_add_header(url, "Range", "bytes=0-0", NULL) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(apsfetch_request_set_single_use(url, 2, NULL) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(apsfetch_request_set_existing_file(url, 3, NULL) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(apsfetch_request_set_path(url, "\xff", NULL) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(apsfetch_request_set_path(url, "", NULL) == APSFETCH_E_INVALID_ARGUMENT);
    /* None of these refused calls has spoilt the request. */
    job = start(client, url);
    result = wait_for_result(job);
    CHECK(apsfetch_result_data_size(result) == size);

    CHECK_OK(apsfetch_result_free(result));
    CHECK_OK(apsfetch_job_free(job));
    CHECK_OK(apsfetch_request_free(url));
    CHECK_OK(apsfetch_request_free(odd));
    CHECK_OK(apsfetch_request_free(object));
    CHECK_OK(apsfetch_signed_free(list));
    CHECK_OK(apsfetch_client_free(client));
    return 0;
}
