/* Handles are freed while other threads are inside calls on them. Arguments: base URL, token, bucket, the key
   of an object that hangs, and how many rounds. */
#include "setup.h"
#include "system.h"

static apsfetch_client *client;
static apsfetch_job *job;
static apsfetch_request *request;

static void *wait_for_job(void *unused)
{
    int32_t status = apsfetch_job_wait(job, APSFETCH_NO_LIMIT, NULL);

    CHECK(status == APSFETCH_OK || status == APSFETCH_E_INVALID_HANDLE);
    return unused;
}

static void *download(void *unused)
{
    apsfetch_error *error = NULL;
    const apsfetch_request *requests[1];
    int32_t status;

    requests[0] = request;
    status = apsfetch_download(client, requests, 1, NULL, NULL, NULL, &error);
    if (status != APSFETCH_E_CANCELLED) {
        printf("%d %s\n", (int)status, apsfetch_error_message(error));
        exit(1);
    }
    CHECK(apsfetch_error_status(error) == status);
    CHECK_OK(apsfetch_error_free(error));
    return unused;
}

static void *cancel_soon(void *token)
{
    usleep(50 * 1000);
    CHECK(apsfetch_cancel_token_cancel(token, NULL) == APSFETCH_OK);
    return NULL;
}

/* One handle, many threads: each call either works or says that the handle is gone. */
static void *hammer(void *handle)
{
    int32_t status;

    do {
        status = apsfetch_request_set_size(handle, 7, NULL);
        CHECK(status == APSFETCH_OK || status == APSFETCH_E_INVALID_HANDLE);
    } while (status == APSFETCH_OK);
    /* All of them try to be the one that frees it. */
    status = apsfetch_request_free(handle);
    CHECK(status == APSFETCH_E_INVALID_HANDLE);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[4];
    int rounds, round, i;

    CHECK(argc == 6);
    /* A hang is a failure too. */
    set_alarm(240);
    rounds = atoi(argv[5]);

    /* The job. */
    client = make_client(argv[1], argv[2]);
    request = make_object(argv[3], argv[4]);
    CHECK(apsfetch_request_set_memory(request, 64 << 20, NULL) == APSFETCH_OK);
    job = start(client, request);
    CHECK(pthread_create(&threads[0], NULL, wait_for_job, NULL) == 0);
    usleep(50 * 1000);
    CHECK(apsfetch_job_free(job) == APSFETCH_OK);
    CHECK(pthread_join(threads[0], NULL) == 0);

    /* The client. */
    CHECK(pthread_create(&threads[0], NULL, download, NULL) == 0);
    usleep(50 * 1000);
    CHECK(apsfetch_client_free(client) == APSFETCH_OK);
    CHECK(pthread_join(threads[0], NULL) == 0);
    CHECK(apsfetch_request_free(request) == APSFETCH_OK);

    /* A signing, ended by its token; the object's key is also that of a bucket whose signing hangs. */
    {
        apsfetch_cancel_token *token = NULL;
        apsfetch_signed *list = NULL;
        apsfetch_error *error = NULL;
        const apsfetch_request *requests[1];

        client = make_client(argv[1], argv[2]);
        request = make_object("hanging-bucket", "any");
        requests[0] = request;
        CHECK_OK(apsfetch_cancel_token_new(&token, &error));
        CHECK(pthread_create(&threads[0], NULL, cancel_soon, token) == 0);
        CHECK_OK(apsfetch_sign(client, requests, 1, token, &list, &error));
        CHECK(apsfetch_signed_status(list, 0) == APSFETCH_E_CANCELLED);
        CHECK(pthread_join(threads[0], NULL) == 0);
        CHECK(apsfetch_cancel_token_free(token) == APSFETCH_OK);
        CHECK(apsfetch_signed_free(list) == APSFETCH_OK);
        CHECK(apsfetch_request_free(request) == APSFETCH_OK);
        CHECK(apsfetch_client_free(client) == APSFETCH_OK);
    }

    for (round = 0; round < rounds; round++) {
        request = make_object("bucket", "key");
        for (i = 0; i < 4; i++)
            CHECK(pthread_create(&threads[i], NULL, hammer, request) == 0);
        usleep(500);
        CHECK(apsfetch_request_free(request) == APSFETCH_OK);
        for (i = 0; i < 4; i++)
            CHECK(pthread_join(threads[i], NULL) == 0);
    }
    return 0;
}
