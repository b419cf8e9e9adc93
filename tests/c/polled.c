/* Uploads and waits for translations by polling, and the access token for others. Arguments: what to do, base URL,
   access token, and what that needs. */
#include <string.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

#include "setup.h"
#include "system.h"
#include "tasks.h"

static apsfetch_error *error;

static void fails(int32_t status, int32_t expected)
{
    if (status != expected) {
        printf("%d instead of %d: %s\n", (int)status, (int)expected, apsfetch_error_message(error));
        exit(1);
    }
    CHECK(apsfetch_error_status(error) == expected);
    CHECK_OK(apsfetch_error_free(error));
}

static apsfetch_progress progress_of(const apsfetch_upload_job *job)
{
    apsfetch_progress progress = APSFETCH_PROGRESS_INIT;

    CHECK_OK(apsfetch_upload_job_progress(job, &progress, &error));
    CHECK(progress.items_total == 1 && progress.items_sized == 1);
    return progress;
}

/* How many times this process holds a file open, where the system tells. */
static int opened(const char *path)
{
    int count = 0;
#ifdef __linux__
    char link[64], name[4096], whole[4096];
    int descriptor;

    CHECK(realpath(path, whole) != NULL);
    for (descriptor = 0; descriptor < 256; descriptor++) {
        ssize_t length;
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        length = readlink(link, name, sizeof name - 1);
        if (length < 0)
            continue;
        name[length] = '\0';
        count += strcmp(name, whole) == 0;
    }
#else
    (void)path;
#endif
    return count;
}

/* Bucket, file, its size, its SHA-1, a URL that hangs, a bucket whose signing hangs. */
static void uploads(apsfetch_client *client, char **argv)
{
    static const uint16_t wide[] = {'w', 'i', 'd', 'e', '.', 'b', 'i', 'n', 0};
    uint64_t size = strtoull(argv[2], NULL, 10);
    apsfetch_upload_job *job = NULL, *other = NULL, *pending;
    apsfetch_upload_result *result = NULL, *again = NULL;
    apsfetch_oss_url *url = NULL;
    apsfetch_progress progress;
    int i;

    /* An object, watched to its end. */
    CHECK_OK(apsfetch_upload_job_start_object(client, argv[0], "a.dwg", argv[1], NULL, &job, &error));
    while (apsfetch_upload_job_wait(job, 5, &error) == APSFETCH_PENDING) {
        progress = progress_of(job);
        CHECK(progress.bytes_total == size && progress.bytes_done <= size);
    }
    progress = progress_of(job);
    CHECK(progress.state == APSFETCH_JOB_FINISHED && progress.items_finished == 1);
    CHECK(progress.items_failed == 0 && progress.bytes_done == size && progress.bytes_total == size);
    CHECK_OK(apsfetch_upload_job_result(job, &result, &error));
    CHECK_OK(apsfetch_upload_job_result(job, &again, &error));
    CHECK(result != again);
    CHECK_OK(apsfetch_upload_job_cancel(job, &error));
    CHECK_OK(apsfetch_upload_job_free(job));
    CHECK(apsfetch_upload_result_bytes(result) == size);
    CHECK(strcmp(apsfetch_upload_result_sha1(again), argv[3]) == 0);
    CHECK_OK(apsfetch_upload_result_free(result));
    CHECK_OK(apsfetch_upload_result_free(again));
    CHECK(apsfetch_upload_job_wait(job, 0, NULL) == APSFETCH_E_INVALID_HANDLE);

    /* To a URL, and a path in UTF-16. */
    CHECK_OK(apsfetch_create_signed_url(client, argv[0], "b.dwg", APSFETCH_ACCESS_WRITE, 0, 0, 0, NULL, &url, &error));
    CHECK(chdir(argv[6]) == 0);
    CHECK_OK(apsfetch_upload_job_start_utf16(client, apsfetch_oss_url_text(url), wide, NULL, &job, &error));
    CHECK_OK(apsfetch_upload_job_wait(job, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_upload_job_result(job, &result, &error));
    CHECK_OK(apsfetch_upload_result_free(result));
    CHECK_OK(apsfetch_upload_job_free(job));
    CHECK_OK(apsfetch_oss_url_free(url));
    CHECK_OK(apsfetch_upload_job_start_object_utf16(client, argv[0], "c.dwg", wide, NULL, &job, &error));
    CHECK_OK(apsfetch_upload_job_wait(job, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_upload_job_free(job));

    /* What is wrong with the arguments is said at once. */
    fails(apsfetch_upload_job_start(client, argv[4], "no such file", NULL, &job, &error), APSFETCH_E_FILE);
    CHECK(job == NULL);
    fails(apsfetch_upload_job_start(client, "ftp://x", argv[1], NULL, &job, &error), APSFETCH_E_INVALID_ARGUMENT);

    /* Cancelled while the server is silent: of the upload, and of the signing. */
    for (i = 0; i < 2; i++) {
        if (i == 0)
            CHECK_OK(apsfetch_upload_job_start(client, argv[4], argv[1], NULL, &job, &error));
        else
            CHECK_OK(apsfetch_upload_job_start_object(client, argv[5], "x", argv[1], NULL, &job, &error));
        CHECK(apsfetch_upload_job_wait(job, 50, &error) == APSFETCH_PENDING && error == NULL);
        pending = NULL;
        CHECK(apsfetch_upload_job_result(job, (apsfetch_upload_result **)&pending, &error) == APSFETCH_PENDING);
        CHECK(pending == NULL && error == NULL);
        CHECK(progress_of(job).state == APSFETCH_JOB_RUNNING);
        CHECK_OK(apsfetch_upload_job_cancel(job, &error));
        CHECK_OK(apsfetch_upload_job_wait(job, APSFETCH_NO_LIMIT, &error));
        fails(apsfetch_upload_job_result(job, &result, &error), APSFETCH_E_CANCELLED);
        CHECK(result == NULL && progress_of(job).items_failed == 1);
        CHECK_OK(apsfetch_upload_job_free(job));
    }

    /* Freed while it runs; and its client is freed before it. */
    CHECK_OK(apsfetch_upload_job_start(client, argv[4], argv[1], NULL, &job, &error));
    CHECK_OK(apsfetch_upload_job_start(client, argv[4], argv[1], NULL, &other, &error));
#ifdef __linux__
    while (opened(argv[1]) < 2)
        CHECK(apsfetch_upload_job_wait(job, 1, &error) == APSFETCH_PENDING);
#endif
    CHECK_OK(apsfetch_upload_job_free(job));
    CHECK(opened(argv[1]) <= 1); /* by the other one */
    CHECK(apsfetch_upload_job_wait(other, 20, &error) == APSFETCH_PENDING);
    CHECK_OK(apsfetch_client_free(client));
    CHECK_OK(apsfetch_upload_job_wait(other, 0, &error));
    CHECK(opened(argv[1]) == 0);
    fails(apsfetch_upload_job_result(other, &result, &error), APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_upload_job_free(other));
    CHECK(apsfetch_upload_job_start(client, argv[4], argv[1], NULL, &job, NULL) == APSFETCH_E_INVALID_HANDLE);
}

/* The callback ends an upload while its URL is signed. Bucket whose signing hangs, file. */
static int32_t on_upload(uint64_t sent, uint64_t total, void *user_data)
{
    CHECK(sent == 0 && total > 0);
    return ++*(int *)user_data == 3;
}

static void callback_while_signing(apsfetch_client *client, char **argv)
{
    apsfetch_upload_result *result = NULL;
    int calls = 0;

    fails(apsfetch_upload_object(client, argv[0], "x", argv[1], NULL, on_upload, &calls, NULL, &result, &error),
          APSFETCH_E_CANCELLED);
    CHECK(calls >= 3 && result == NULL);
    CHECK_OK(apsfetch_client_free(client));
}

/* URNs of designs: translated soon, never, failed, and one whose manifest hangs. */
static void watches(apsfetch_client *client, char **argv)
{
    apsfetch_manifest_watch *watch = NULL;
    apsfetch_manifest *manifest = NULL;
    uint64_t seen = 0;

    CHECK_OK(apsfetch_manifest_watch_start(client, argv[0], APSFETCH_NO_LIMIT, &watch, &error));
    while (apsfetch_manifest_watch_wait(watch, 20, &error) == APSFETCH_PENDING) {
        if (apsfetch_manifest_watch_count(watch) == seen)
            continue;
        seen = apsfetch_manifest_watch_count(watch);
        CHECK(apsfetch_manifest_watch_state(watch) != APSFETCH_JOB_WAITING_FOR_TOKEN);
        CHECK_OK(apsfetch_manifest_watch_latest(watch, &manifest, &error));
        CHECK(apsfetch_manifest_json(manifest) != NULL);
        CHECK_OK(apsfetch_manifest_free(manifest));
    }
    CHECK(seen >= 1 && apsfetch_manifest_watch_count(watch) >= 2);
    CHECK(apsfetch_manifest_watch_state(watch) == APSFETCH_JOB_FINISHED);
    CHECK_OK(apsfetch_manifest_watch_result(watch, &manifest, &error));
    CHECK_OK(apsfetch_manifest_watch_free(watch));
    CHECK(apsfetch_manifest_status(manifest) == APSFETCH_TRANSLATION_SUCCESS);
    CHECK_OK(apsfetch_manifest_free(manifest));

    CHECK_OK(apsfetch_manifest_watch_start(client, argv[2], 0, &watch, &error));
    CHECK_OK(apsfetch_manifest_watch_wait(watch, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_manifest_watch_result(watch, &manifest, &error));
    CHECK(apsfetch_manifest_status(manifest) == APSFETCH_TRANSLATION_FAILED);
    CHECK_OK(apsfetch_manifest_free(manifest));
    CHECK_OK(apsfetch_manifest_watch_free(watch));

    CHECK_OK(apsfetch_manifest_watch_start(client, argv[1], 1, &watch, &error));
    CHECK_OK(apsfetch_manifest_watch_wait(watch, APSFETCH_NO_LIMIT, &error));
    fails(apsfetch_manifest_watch_result(watch, &manifest, &error), APSFETCH_E_NOT_READY);
    CHECK_OK(apsfetch_manifest_watch_free(watch));

    /* In a pause, and while the server is silent. */
    CHECK_OK(apsfetch_manifest_watch_start(client, argv[1], APSFETCH_NO_LIMIT, &watch, &error));
    while (apsfetch_manifest_watch_count(watch) == 0)
        CHECK(apsfetch_manifest_watch_wait(watch, 5, &error) == APSFETCH_PENDING);
    CHECK(apsfetch_manifest_watch_result(watch, &manifest, &error) == APSFETCH_PENDING && manifest == NULL);
    CHECK_OK(apsfetch_manifest_watch_cancel(watch, &error));
    CHECK_OK(apsfetch_manifest_watch_wait(watch, APSFETCH_NO_LIMIT, &error));
    fails(apsfetch_manifest_watch_result(watch, &manifest, &error), APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_manifest_watch_free(watch));
    CHECK_OK(apsfetch_manifest_watch_start(client, argv[3], APSFETCH_NO_LIMIT, &watch, &error));
    CHECK(apsfetch_manifest_watch_wait(watch, 50, &error) == APSFETCH_PENDING);
    CHECK(apsfetch_manifest_watch_latest(watch, &manifest, &error) == APSFETCH_PENDING);
    CHECK(manifest == NULL && apsfetch_manifest_watch_count(watch) == 0);
    CHECK_OK(apsfetch_manifest_watch_free(watch));
    CHECK(apsfetch_manifest_watch_state(watch) == APSFETCH_E_INVALID_HANDLE);
    fails(apsfetch_manifest_watch_start(client, "", 0, &watch, &error), APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_client_free(client));
}

static apsfetch_client *client_that_waits(const char *base_url, const char *id, const char *secret)
{
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;

    CHECK_OK(apsfetch_config_new(&config, &error));
    CHECK_OK(apsfetch_config_set_base_url(config, base_url, &error));
    CHECK_OK(apsfetch_config_set_proxy(config, "", &error));
    CHECK_OK(apsfetch_config_set_token_wait_ms(config, 60000, &error));
    if (id != NULL)
        CHECK_OK(apsfetch_config_set_client_credentials(config, id, secret, "data:read", &error));
    CHECK_OK(apsfetch_client_new(config, &client, &error));
    CHECK_OK(apsfetch_config_free(config));
    return client;
}

/* An upload and a watch stand still until there is a token. Bucket, file, a translated design. */
static void waits_for_a_token(char **argv)
{
    apsfetch_client *client = client_that_waits(argv[2], NULL, NULL);
    apsfetch_upload_job *job = NULL;
    apsfetch_manifest_watch *watch = NULL;

    CHECK_OK(apsfetch_upload_job_start_object(client, argv[4], "waited", argv[5], NULL, &job, &error));
    CHECK_OK(apsfetch_manifest_watch_start(client, argv[6], APSFETCH_NO_LIMIT, &watch, &error));
    while (progress_of(job).state != APSFETCH_JOB_WAITING_FOR_TOKEN
           || apsfetch_manifest_watch_state(watch) != APSFETCH_JOB_WAITING_FOR_TOKEN)
        CHECK(apsfetch_upload_job_wait(job, 5, &error) == APSFETCH_PENDING);
    CHECK_OK(apsfetch_client_set_access_token(client, argv[3], &error));
    CHECK_OK(apsfetch_upload_job_wait(job, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_manifest_watch_wait(watch, APSFETCH_NO_LIMIT, &error));
    CHECK(progress_of(job).items_failed == 0);
    CHECK_OK(apsfetch_manifest_watch_free(watch));
    CHECK_OK(apsfetch_upload_job_free(job));
    CHECK_OK(apsfetch_client_free(client));
}

/* Client id, secret, and a URL of a token service that hangs. */
static void access_tokens(apsfetch_client *client, char **argv)
{
    apsfetch_access_token *token = NULL, *same = NULL;
    apsfetch_cancel_token *cancel = NULL;

    /* The one that was set. */
    CHECK_OK(apsfetch_access_token_fetch(client, NULL, &token, &error));
    CHECK(strcmp(apsfetch_access_token_text(token), argv[3]) == 0);
    CHECK(apsfetch_access_token_expires_in_ms(token) == -1);
    CHECK_OK(apsfetch_access_token_free(token));
    CHECK(apsfetch_access_token_text(token) == NULL && apsfetch_access_token_expires_in_ms(token) == -1);
    CHECK_OK(apsfetch_client_free(client));

    /* One of the client's own: asked for once. */
    client = client_that_waits(argv[2], argv[4], argv[5]);
    CHECK_OK(apsfetch_access_token_fetch(client, NULL, &token, &error));
    CHECK_OK(apsfetch_access_token_fetch(client, NULL, &same, &error));
    CHECK(strcmp(apsfetch_access_token_text(token), apsfetch_access_token_text(same)) == 0);
    CHECK(apsfetch_access_token_expires_in_ms(same) > 60000);
    CHECK_OK(apsfetch_client_free(client));
    CHECK(strlen(apsfetch_access_token_text(token)) > 10);
    CHECK_OK(apsfetch_access_token_free(token));
    CHECK_OK(apsfetch_access_token_free(same));

    /* None at all: nobody waits for the host, whatever the client may wait. */
    client = client_that_waits(argv[2], NULL, NULL);
    fails(apsfetch_access_token_fetch(client, NULL, &token, &error), APSFETCH_E_AUTH);
    CHECK(token == NULL);
    CHECK_OK(apsfetch_client_free(client));
    client = client_that_waits(argv[2], argv[4], "wrong");
    fails(apsfetch_access_token_fetch(client, NULL, &token, &error), APSFETCH_E_AUTH);
    CHECK_OK(apsfetch_cancel_token_new(&cancel, &error));
    CHECK_OK(apsfetch_cancel_token_cancel(cancel, &error));
    fails(apsfetch_access_token_fetch(client, cancel, &token, &error), APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_cancel_token_free(cancel));
    CHECK_OK(apsfetch_client_free(client));
}

static apsfetch_upload_job *shared_job;

static void *wait_for_shared(void *unused)
{
    int32_t status = apsfetch_upload_job_wait(shared_job, APSFETCH_NO_LIMIT, NULL);

    CHECK(status == APSFETCH_OK || status == APSFETCH_E_INVALID_HANDLE);
    return unused;
}

/* Forks, frees while others wait, and no thread is left. A URL that hangs, a file, a design that is never over, and 1
   for a fork. */
static void lifetimes(apsfetch_client *client, char **argv)
{
    int before, round;
#ifndef _WIN32
    int status;
#endif

    CHECK_OK(apsfetch_client_free(client));
    before = first_tasks();
    for (round = 0; round < 4; round++) {
        apsfetch_upload_job *job = NULL;
        apsfetch_manifest_watch *watch = NULL;
        pthread_t waiting;
#ifndef _WIN32
        pid_t child = 1;
#endif

        client = make_client(argv[2], argv[3]);
        CHECK_OK(apsfetch_upload_job_start(client, argv[4], argv[5], NULL, &job, &error));
        CHECK_OK(apsfetch_manifest_watch_start(client, argv[6], APSFETCH_NO_LIMIT, &watch, &error));
        CHECK(count_tasks() > before);
        shared_job = job;
        CHECK(pthread_create(&waiting, NULL, wait_for_shared, NULL) == 0);
#ifndef _WIN32
        if (argv[7][0] == '1')
            child = fork();
        if (child == 0) {
            set_alarm(60);
            CHECK(apsfetch_upload_job_wait(job, APSFETCH_NO_LIMIT, NULL) == APSFETCH_E_WRONG_PROCESS);
            CHECK(apsfetch_upload_job_cancel(job, NULL) == APSFETCH_E_WRONG_PROCESS);
            CHECK(apsfetch_manifest_watch_state(watch) == APSFETCH_E_WRONG_PROCESS);
            CHECK(apsfetch_upload_job_free(job) == APSFETCH_E_WRONG_PROCESS);
            CHECK(apsfetch_manifest_watch_free(watch) == APSFETCH_E_WRONG_PROCESS);
            CHECK(apsfetch_client_free(client) == APSFETCH_E_WRONG_PROCESS);
            _exit(0);
        }
        if (argv[7][0] == '1')
            CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
#endif
        /* In either order. */
        if (round % 2 == 0)
            CHECK_OK(apsfetch_client_free(client));
        CHECK_OK(apsfetch_upload_job_free(job));
        CHECK_OK(apsfetch_manifest_watch_free(watch));
        if (round % 2 == 1)
            CHECK_OK(apsfetch_client_free(client));
        CHECK(pthread_join(waiting, NULL) == 0);
        CHECK(settled_tasks(before) == before);
    }
}

int main(int argc, char **argv)
{
    apsfetch_client *client;

    CHECK(argc > 4);
    /* A hang is a failure too. */
    set_alarm(240);
    client = make_client(argv[2], argv[3]);
    if (strcmp(argv[1], "uploads") == 0)
        uploads(client, argv + 4);
    else if (strcmp(argv[1], "callback") == 0)
        callback_while_signing(client, argv + 4);
    else if (strcmp(argv[1], "watches") == 0)
        watches(client, argv + 4);
    else if (strcmp(argv[1], "lifetimes") == 0)
        lifetimes(client, argv);
    else if (strcmp(argv[1], "tokens") == 0)
        access_tokens(client, argv);
    else {
        CHECK_OK(apsfetch_client_free(client));
        waits_for_a_token(argv);
    }
    return 0;
}
