/* A forked child gets a status for its parent's handles and can make its own; the parent notices nothing.
   Arguments: base URL, token, bucket, key of an object, and 1 for another thread that is busy meanwhile. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "setup.h"

static int over;

static void download(const char *const *argv)
{
    apsfetch_client *client = make_client(argv[1], argv[2]);
    apsfetch_request *request = make_object(argv[3], argv[4]);
    apsfetch_error *error = NULL;
    apsfetch_job *job;
    apsfetch_result *result;

    CHECK_OK(apsfetch_request_set_memory(request, 64 << 20, &error));
    job = start(client, request);
    result = wait_for_result(job);
    CHECK(apsfetch_result_bytes(result) > 0);
    CHECK_OK(apsfetch_result_free(result));
    CHECK_OK(apsfetch_job_free(job));
    CHECK_OK(apsfetch_request_free(request));
    CHECK_OK(apsfetch_client_free(client));
}

static void in_child(const char *const *argv, apsfetch_client *client, apsfetch_error *parents_error,
                     int generations)
{
    apsfetch_error *error = NULL;

    CHECK(apsfetch_client_set_access_token(client, "token", &error) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_error_status(error) == APSFETCH_E_WRONG_PROCESS);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_client_free(client) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_error_message(parents_error) == NULL);
    CHECK(apsfetch_error_free(parents_error) == APSFETCH_E_WRONG_PROCESS);
    download(argv);
    if (generations > 1) {
        apsfetch_client *own = make_offline_client();
        int status;
        pid_t child = fork();

        if (child == 0) {
            CHECK(apsfetch_client_free(own) == APSFETCH_E_WRONG_PROCESS);
            in_child(argv, client, parents_error, generations - 1);
            _exit(0);
        }
        CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
        CHECK(apsfetch_client_free(own) == APSFETCH_OK);
    }
}

/* Keeps the table's lock busy, so that forks happen while it is held. */
static void *keep_busy(void *unused)
{
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        apsfetch_config *config = NULL;

        CHECK(apsfetch_config_new(&config, NULL) == APSFETCH_OK);
        CHECK(apsfetch_config_free(config) == APSFETCH_OK);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t busy;
    int i;
    apsfetch_client *client;
    apsfetch_error *error = NULL;

    CHECK(argc == 6);
    download((const char *const *)argv);
    client = make_client(argv[1], argv[2]);
    CHECK(apsfetch_client_set_access_token(client, "", &error) == APSFETCH_E_INVALID_ARGUMENT);
    __atomic_store_n(&over, argv[5][0] != '1', __ATOMIC_SEQ_CST);
    CHECK(pthread_create(&busy, NULL, keep_busy, NULL) == 0);
    for (i = 0; i < 10; i++) {
        int status;
        pid_t child = fork();

        if (child == 0) {
            /* A child that waits for a lock for ever is ended, and the parent sees it. */
            alarm(60);
            in_child((const char *const *)argv, client, error, i == 0 ? 3 : 1);
            _exit(0);
        }
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
    CHECK(pthread_join(busy, NULL) == 0);
    CHECK(apsfetch_error_message(error) != NULL);
    CHECK(apsfetch_error_free(error) == APSFETCH_OK);
    CHECK(apsfetch_client_set_access_token(client, "token", NULL) == APSFETCH_OK);
    CHECK(apsfetch_client_free(client) == APSFETCH_OK);
    return 0;
}
