/* Jobs from start to result. Arguments: base URL, token, bucket, an object's key and size, its SHA-1, the key of
   an object that hangs. */
#include <stdint.h>
#include <string.h>

#include "setup.h"
#include "system.h"

static char **arguments;
static uint64_t size;

static void check_progress(const apsfetch_job *job)
{
    /* More room than the library knows of, and a guard behind it. */
    struct {
        apsfetch_progress known;
        unsigned char later[64];
    } larger;
    apsfetch_progress shorter = APSFETCH_PROGRESS_INIT;
    apsfetch_error *error = NULL;
    uint32_t bytes;
    size_t i;

    memset(&larger, 0xAA, sizeof larger);
    larger.known.struct_size = sizeof larger;
    CHECK_OK(apsfetch_job_progress(job, &larger.known, &error));
    CHECK(larger.known.struct_size == sizeof larger);
    CHECK(larger.known.state == APSFETCH_JOB_FINISHED);
    CHECK(larger.known.items_total == 1 && larger.known.items_finished == 1);
    CHECK(larger.known.items_failed == 0 && larger.known.items_sized == 1);
    CHECK(larger.known.bytes_done == size && larger.known.bytes_total == size);
    for (i = 0; i < sizeof larger.later; i++)
        CHECK(larger.later[i] == 0xAA);

    /* Older callers: exactly as many bytes as they have. */
    for (bytes = 8; bytes <= sizeof shorter; bytes++) {
        memset(&shorter, 0xAA, sizeof shorter);
        shorter.struct_size = bytes;
        CHECK_OK(apsfetch_job_progress(job, &shorter, &error));
        CHECK(shorter.struct_size == bytes);
        CHECK(memcmp((char *)&shorter + 4, (char *)&larger.known + 4, bytes - 4) == 0);
        for (i = bytes; i < sizeof shorter; i++)
            CHECK(((unsigned char *)&shorter)[i] == 0xAA);
    }
    /* Nobody set it. */
    shorter.struct_size = 0;
    CHECK(apsfetch_job_progress(job, &shorter, &error) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(strstr(apsfetch_error_message(error), "progress is 0.") != NULL);
    CHECK_OK(apsfetch_error_free(error));
    shorter.struct_size = 0xCDCDCDCD;
    CHECK(apsfetch_job_progress(job, &shorter, NULL) == APSFETCH_E_INVALID_ARGUMENT);
}

static void check_results(const apsfetch_client *client)
{
    static const uint16_t name[] = {'u', 't', 'f', '1', '6', ' ', 0xD83D, 0xDCC1, 0};
    apsfetch_request *request = make_object(arguments[3], arguments[4]);
    apsfetch_error *error = NULL;
    apsfetch_result *memory, *file, *none;
    apsfetch_job *job;
    FILE *written;
    char *bytes = malloc(size);

    CHECK(bytes != NULL);
    CHECK_OK(apsfetch_request_set_memory(request, size, &error));
    CHECK_OK(apsfetch_request_set_sha1(request, arguments[6], &error));
    job = start(client, request);
    /* The job has its own copy, so this does not reach it. */
    CHECK_OK(apsfetch_request_set_path_utf16(request, name, &error));
    memory = wait_for_result(job);
    check_progress(job);
    CHECK(apsfetch_job_count(job) == 1);
    CHECK(apsfetch_job_item_bytes_done(job, 0) == size);
    CHECK(apsfetch_job_item_bytes_total(job, 0) == (int64_t)size);
    CHECK(apsfetch_job_item_finished(job, 0) == 1);
    CHECK(apsfetch_job_item_bytes_done(job, 1) == 0 && apsfetch_job_item_bytes_total(job, 1) == -1);
    CHECK(apsfetch_job_item_finished(job, 1) == 0);
    CHECK(apsfetch_job_result(job, 1, &none, &error) == APSFETCH_E_INVALID_ARGUMENT && none == NULL);
    CHECK_OK(apsfetch_error_free(error));
    CHECK_OK(apsfetch_job_free(job));
    CHECK(apsfetch_result_status(memory) == APSFETCH_ITEM_DOWNLOADED);
    CHECK(apsfetch_result_path(memory) == NULL);
    CHECK(apsfetch_result_data(memory) != NULL);
    CHECK(apsfetch_result_data_size(memory) == size && apsfetch_result_bytes(memory) == size);
    CHECK(apsfetch_result_verification(memory) == APSFETCH_VERIFICATION_SHA1);
    CHECK(strcmp(apsfetch_result_sha1(memory), arguments[6]) == 0);
    CHECK(apsfetch_result_parts(memory) >= 1 && apsfetch_result_retries(memory) == 0);

    job = start(client, request);
    file = wait_for_result(job);
    CHECK(apsfetch_result_data(file) == NULL && apsfetch_result_data_size(file) == 0);
    CHECK(apsfetch_result_etag(file) != NULL && apsfetch_result_content_type(file) != NULL);
    CHECK(strstr(apsfetch_result_path(file), SEPARATOR "utf16 \xF0\x9F\x93\x81") != NULL);
    written = open_to_read(apsfetch_result_path(file));
    CHECK(written != NULL && fread(bytes, 1, size, written) == size && fgetc(written) == EOF);
    CHECK(memcmp(bytes, apsfetch_result_data(memory), size) == 0);
    fclose(written);

    free(bytes);
    CHECK_OK(apsfetch_result_free(memory));
    CHECK_OK(apsfetch_result_free(file));
    CHECK_OK(apsfetch_job_free(job));
    CHECK_OK(apsfetch_request_free(request));
}

/* One good and two bad items. */
static void check_failures(const apsfetch_client *client)
{
    apsfetch_request *good = make_object(arguments[3], arguments[4]);
    apsfetch_request *missing = make_object(arguments[3], "no such key");
    apsfetch_request *huge = make_object(arguments[3], arguments[4]);
    const apsfetch_request *requests[3];
    apsfetch_error *error = NULL;
    apsfetch_job *job = NULL;
    apsfetch_result *result = NULL;

    CHECK_OK(apsfetch_request_set_memory(good, size, &error));
    CHECK_OK(apsfetch_request_set_memory(missing, size, &error));
    CHECK_OK(apsfetch_request_set_memory(huge, size - 1, &error));
    requests[0] = good;
    requests[1] = missing;
    requests[2] = huge;
    CHECK(apsfetch_download(client, requests, 3, NULL, NULL, &job, &error) != APSFETCH_OK);
    CHECK(strstr(apsfetch_error_message(error), "2 of 3 downloads failed") != NULL);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(job != NULL && apsfetch_job_count(job) == 3);
    CHECK_OK(apsfetch_job_result(job, 0, &result, &error));
    CHECK_OK(apsfetch_result_free(result));
    CHECK(apsfetch_job_result(job, 1, &result, &error) < 0 && result == NULL);
    CHECK(strstr(apsfetch_error_message(error), "no such key") != NULL);
    CHECK(apsfetch_error_retry_after_ms(error) == -1);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_job_result(job, 2, &result, &error) < 0);
    CHECK_OK(apsfetch_error_free(error));
    CHECK_OK(apsfetch_job_free(job));

    /* Nothing is started with a request that is not one, or has no target. */
    requests[1] = NULL;
    job = (apsfetch_job *)(uintptr_t)1;
    CHECK(apsfetch_download(client, requests, 3, NULL, NULL, &job, &error) == APSFETCH_E_INVALID_HANDLE);
    CHECK(job == NULL && strstr(apsfetch_error_message(error), "Request 1") != NULL);
    CHECK_OK(apsfetch_error_free(error));
    CHECK_OK(apsfetch_request_free(missing));
    missing = make_object(arguments[3], "key");
    requests[1] = missing;
    CHECK(apsfetch_job_start(client, requests, 3, &job, &error) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_job_start(client, requests, SIZE_MAX, &job, NULL) == APSFETCH_E_INVALID_ARGUMENT);
    /* No requests at all are fine. */
    CHECK_OK(apsfetch_job_start(client, NULL, 0, &job, &error));
    CHECK_OK(apsfetch_job_wait(job, 0, &error));
    CHECK_OK(apsfetch_job_free(job));
    CHECK_OK(apsfetch_request_free(good));
    CHECK_OK(apsfetch_request_free(missing));
    CHECK_OK(apsfetch_request_free(huge));
}

typedef struct {
    int calls;
    int cancel_at;
    int finished;
    apsfetch_client *free_at_once;
} watcher;

static int32_t watch(const apsfetch_progress *progress, void *user_data)
{
    watcher *mine = user_data;

    CHECK(progress->struct_size == sizeof *progress);
    mine->calls++;
    mine->finished = progress->state == APSFETCH_JOB_FINISHED;
    if (mine->free_at_once != NULL) {
        CHECK(apsfetch_client_free(mine->free_at_once) == APSFETCH_OK);
        mine->free_at_once = NULL;
    }
    return mine->calls == mine->cancel_at;
}

static void check_callbacks(apsfetch_client *client)
{
    apsfetch_request *request = make_object(arguments[3], arguments[4]);
    apsfetch_request *hanging = make_object(arguments[3], arguments[7]);
    const apsfetch_request *requests[1];
    apsfetch_error *error = NULL;
    apsfetch_job *job = NULL;
    watcher mine = {0, 0, 0, NULL};

    requests[0] = request;
    CHECK_OK(apsfetch_request_set_memory(request, size, &error));
    CHECK_OK(apsfetch_request_set_memory(hanging, size, &error));
    CHECK_OK(apsfetch_download(client, requests, 1, watch, &mine, NULL, &error));
    CHECK(mine.calls >= 1 && mine.finished);

    /* A job that hangs: pending, no result, cancelled. */
    job = start(client, hanging);
    CHECK(apsfetch_job_wait(job, 50, &error) == APSFETCH_PENDING && error == NULL);
    {
        apsfetch_result *result = (apsfetch_result *)(uintptr_t)1;
        CHECK(apsfetch_job_result(job, 0, &result, &error) == APSFETCH_PENDING);
        CHECK(result == NULL && error == NULL);
    }
    CHECK_OK(apsfetch_job_cancel(job, &error));
    CHECK_OK(apsfetch_job_wait(job, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_job_free(job));

    /* The callback ends it. */
    requests[0] = hanging;
    mine.calls = 0;
    mine.cancel_at = 2;
    CHECK(apsfetch_download(client, requests, 1, watch, &mine, &job, &error) == APSFETCH_E_CANCELLED);
    CHECK(mine.calls >= 3 && mine.finished);
    CHECK_OK(apsfetch_error_free(error));
    CHECK_OK(apsfetch_job_free(job));

    /* The callback frees the client that it is called for. */
    mine.calls = 0;
    mine.cancel_at = 0;
    mine.free_at_once = client;
    CHECK(apsfetch_download(client, requests, 1, watch, &mine, &job, &error) == APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_error_free(error));
    CHECK_OK(apsfetch_job_free(job));
    CHECK(apsfetch_job_start(client, requests, 1, &job, NULL) == APSFETCH_E_INVALID_HANDLE);
    CHECK(job == NULL);
    CHECK_OK(apsfetch_request_free(request));
    CHECK_OK(apsfetch_request_free(hanging));
}

int main(int argc, char **argv)
{
    apsfetch_client *client;

    CHECK(argc == 8);
    arguments = argv;
    size = strtoull(argv[5], NULL, 10);
    client = make_client(argv[1], argv[2]);
    check_results(client);
    check_failures(client);
    check_callbacks(client);
    return 0;
}
