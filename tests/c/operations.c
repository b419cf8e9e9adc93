/* What a client does besides downloading. Arguments: operation, base URL, token, and what it needs. */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "setup.h"

static apsfetch_error *error;

static void fails(int32_t status, int32_t expected)
{
    if (status != expected)
        printf("%s: %s\n", apsfetch_status_text(status), apsfetch_error_message(error));
    CHECK(status == expected);
    CHECK(apsfetch_error_status(error) == expected);
    CHECK_OK(apsfetch_error_free(error));
}

static apsfetch_cancel_token *make_cancelled(void)
{
    apsfetch_cancel_token *token = NULL;

    CHECK_OK(apsfetch_cancel_token_new(&token, &error));
    CHECK(apsfetch_cancel_token_is_cancelled(token) == 0);
    CHECK_OK(apsfetch_cancel_token_cancel(token, &error));
    CHECK(apsfetch_cancel_token_is_cancelled(token) == 1);
    return token;
}

/* The bytes of a file, in memory. */
static apsfetch_result *fetch(const apsfetch_client *client, apsfetch_request *request)
{
    apsfetch_job *job;
    apsfetch_result *result;

    CHECK_OK(apsfetch_request_set_memory(request, 64 << 20, &error));
    job = start(client, request);
    result = wait_for_result(job);
    CHECK_OK(apsfetch_job_free(job));
    CHECK_OK(apsfetch_request_free(request));
    return result;
}

/* Design, derivative that is ready, its size, derivative that takes two questions, one that is never ready. */
static void details(const apsfetch_client *client, char **argv)
{
    apsfetch_cancel_token *cancelled = make_cancelled();
    apsfetch_details *found = NULL;
    apsfetch_request *ready = NULL, *soon = NULL, *never = NULL, *object;

    object = make_object("some-bucket", "object");
    CHECK_OK(apsfetch_request_new_derivative(argv[0], argv[1], &ready, &error));
    CHECK_OK(apsfetch_request_new_derivative(argv[0], argv[3], &soon, &error));
    CHECK_OK(apsfetch_request_new_derivative(argv[0], argv[4], &never, &error));
    CHECK_OK(apsfetch_details_fetch(client, ready, 0, NULL, &found, &error));
    CHECK(apsfetch_details_size(found) == atoll(argv[2]));
    CHECK(apsfetch_details_content_type(found) != NULL);
    CHECK(apsfetch_details_troubleshooting(found) == NULL);
    CHECK_OK(apsfetch_details_free(found));
    CHECK_OK(apsfetch_details_fetch(client, soon, APSFETCH_NO_LIMIT, NULL, &found, &error));
    CHECK_OK(apsfetch_details_free(found));
    fails(apsfetch_details_fetch(client, never, 0, NULL, &found, &error), APSFETCH_E_NOT_READY);
    CHECK(found == NULL);
    fails(apsfetch_details_fetch(client, never, APSFETCH_NO_LIMIT, cancelled, &found, &error),
          APSFETCH_E_CANCELLED);
    fails(apsfetch_details_fetch(client, object, 0, NULL, &found, &error), APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_request_free(object));
    CHECK_OK(apsfetch_request_free(ready));
    CHECK_OK(apsfetch_request_free(soon));
    CHECK_OK(apsfetch_request_free(never));
    CHECK_OK(apsfetch_cancel_token_free(cancelled));
}

/* Bucket, key of an object, its size. */
static void signed_url(const apsfetch_client *client, char **argv)
{
    apsfetch_oss_url *url = NULL;
    apsfetch_request *request = NULL;
    apsfetch_result *result;
    int once;

    for (once = 0; once <= 1; once++) {
        CHECK_OK(apsfetch_create_signed_url(client, argv[0], argv[1], APSFETCH_ACCESS_READ, 0, 5, once, NULL,
                                            &url,
                                            &error));
        CHECK(apsfetch_oss_url_single_use(url) == once);
        CHECK(apsfetch_oss_url_expires_at_ms(url) > INT64_C(1500000000000));
        CHECK_OK(apsfetch_request_new_url(apsfetch_oss_url_text(url), &request, &error));
        CHECK_OK(apsfetch_request_set_single_use(request, once, &error));
        CHECK_OK(apsfetch_oss_url_free(url));
        result = fetch(client, request);
        CHECK(apsfetch_result_data_size(result) == (size_t)atoll(argv[2]));
        CHECK_OK(apsfetch_result_free(result));
    }
    fails(apsfetch_create_signed_url(client, argv[0], argv[1], 0, 0, 0, 0, NULL, &url, &error),
          APSFETCH_E_INVALID_ARGUMENT);
    CHECK(url == NULL);
    fails(apsfetch_create_signed_url(client, argv[0], argv[1], APSFETCH_ACCESS_READ, 2, 0, 0, NULL, &url,
                                     &error),
          APSFETCH_E_INVALID_ARGUMENT);
    fails(apsfetch_create_signed_url(client, "no-such-bucket", argv[1], APSFETCH_ACCESS_WRITE, 0, 0, 0, NULL,
                                     &url,
                                     &error),
          APSFETCH_E_NOT_FOUND);
}

typedef struct {
    pthread_t caller;
    uint64_t sent;
    uint64_t total;
    int calls;
    /* What the callback does at its first call. */
    int32_t answer;
    apsfetch_client *client;
} upload_watch;

static int32_t on_upload(uint64_t sent, uint64_t total, void *user_data)
{
    upload_watch *watch = user_data;

    CHECK(pthread_equal(watch->caller, pthread_self()));
    CHECK(sent <= total);
    watch->sent = sent;
    watch->total = total;
    if (watch->calls++ == 0 && watch->client != NULL)
        CHECK(apsfetch_client_free(watch->client) == APSFETCH_OK);
    return watch->answer;
}

/* Bucket, file to upload, its size and SHA-1, URL that never answers. */
static void upload(apsfetch_client *client, char **argv)
{
    apsfetch_cancel_token *cancelled = make_cancelled();
    apsfetch_upload_options *options = NULL;
    apsfetch_upload_result *result = NULL;
    apsfetch_oss_url *url = NULL;
    apsfetch_result *back;
    upload_watch watch;
    uint16_t path[1024];
    size_t i;
    uint64_t size = strtoull(argv[2], NULL, 10);

    for (i = 0; i <= strlen(argv[1]); i++)
        path[i] = (uint16_t)argv[1][i];
    memset(&watch, 0, sizeof watch);
    watch.caller = pthread_self();

    CHECK_OK(apsfetch_upload_options_new(&options, &error));
    CHECK_OK(apsfetch_upload_options_set_content_type(options, "image/vnd.dwg", &error));
    fails(apsfetch_upload_options_set_content_type(options, "no type", &error), APSFETCH_E_INVALID_ARGUMENT);
    fails(apsfetch_upload_options_set_single_use(options, 2, &error), APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_upload_options_set_minutes_expiration(options, 5, &error));
    CHECK_OK(apsfetch_upload_object(client, argv[0], "by callback", argv[1], options, on_upload, &watch, NULL,
                                    &result, &error));
    CHECK(watch.calls > 0 && watch.sent == size && watch.total == size);
    CHECK(apsfetch_upload_result_bytes(result) == size);
    CHECK(apsfetch_upload_result_http_status(result) == 200);
    CHECK(strcmp(apsfetch_upload_result_object_key(result), "by callback") == 0);
    CHECK(strstr(apsfetch_upload_result_object_id(result), "urn:adsk.objects:") != NULL);
    CHECK(strcmp(apsfetch_upload_result_sha1(result), argv[3]) == 0);
    CHECK_OK(apsfetch_upload_result_free(result));
    CHECK_OK(apsfetch_upload_object_utf16(client, argv[0], "without", path, NULL, NULL, NULL, NULL, &result,
                                          &error));
    CHECK_OK(apsfetch_upload_result_free(result));

    /* To a URL that works once. */
    CHECK_OK(apsfetch_create_signed_url(client, argv[0], "by url", APSFETCH_ACCESS_WRITE, 0, 0, 1, NULL,
                                        &url, &error));
    CHECK_OK(apsfetch_upload_options_set_single_use(options, 1, &error));
    CHECK_OK(apsfetch_upload_utf16(client, apsfetch_oss_url_text(url), path, options, NULL, NULL, NULL, &result,
                                   &error));
    CHECK_OK(apsfetch_upload_result_free(result));
    fails(apsfetch_upload(client, apsfetch_oss_url_text(url), argv[1], options, on_upload, &watch, NULL,
                          &result,
                          &error),
          APSFETCH_E_FORBIDDEN);
    CHECK(result == NULL);
    CHECK_OK(apsfetch_oss_url_free(url));
    back = fetch(client, make_object(argv[0], "by url"));
    CHECK(apsfetch_result_data_size(back) == size);
    CHECK_OK(apsfetch_result_free(back));

    fails(apsfetch_upload(client, argv[4], argv[1], NULL, NULL, NULL, cancelled, &result, &error),
          APSFETCH_E_CANCELLED);
    fails(apsfetch_upload(client, argv[4], "no such file", NULL, NULL, NULL, NULL, &result, &error),
          APSFETCH_E_FILE);
    watch.answer = 1;
    fails(apsfetch_upload(client, argv[4], argv[1], NULL, on_upload, &watch, NULL, &result, &error),
          APSFETCH_E_CANCELLED);
    /* A callback may free what the call works with. */
    watch.calls = 0;
    watch.answer = 0;
    watch.client = client;
    fails(apsfetch_upload(client, argv[4], argv[1], options, on_upload, &watch, NULL, &result, &error),
          APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_upload_options_free(options));
    CHECK_OK(apsfetch_cancel_token_free(cancelled));
}

/* Bucket, key of an object, client id. The host opens the address that is written to standard output. */
static void login(const apsfetch_client *client, const char *base_url, char **argv)
{
    apsfetch_config *config = NULL;
    apsfetch_client *later = NULL;
    apsfetch_login *login = NULL;
    apsfetch_text *token = NULL;

    CHECK_OK(apsfetch_client_refresh_token(client, &token, &error));
    CHECK(token == NULL);
    CHECK_OK(apsfetch_login_start(client, argv[2], "data:read viewables:read", "localhost", 0, "/done", 0,
                                  &login, &error));
    CHECK(strncmp(apsfetch_login_redirect_uri(login), "http://localhost:", 17) == 0);
    CHECK(apsfetch_login_wait(login, 0, NULL, &error) == APSFETCH_PENDING && error == NULL);
    CHECK(apsfetch_login_is_open(login) == 1);
    CHECK(apsfetch_login_scopes(login) == NULL && apsfetch_login_refresh_token(login) == NULL);
    CHECK(apsfetch_login_expires_in_ms(login) == -1);
    puts(apsfetch_login_authorize_url(login));
    fflush(stdout);

    CHECK_OK(apsfetch_login_wait(login, APSFETCH_NO_LIMIT, NULL, &error));
    CHECK_OK(apsfetch_login_wait(login, 0, NULL, &error));
    CHECK(apsfetch_login_is_open(login) == 0);
    CHECK(strcmp(apsfetch_login_scopes(login), "data:read viewables:read") == 0);
    CHECK(apsfetch_login_expires_in_ms(login) == 3600 * 1000);
    CHECK_OK(apsfetch_client_refresh_token(client, &token, &error));
    CHECK(strcmp(apsfetch_text_data(token), apsfetch_login_refresh_token(login)) == 0);
    CHECK_OK(apsfetch_login_free(login));
    CHECK_OK(apsfetch_result_free(fetch(client, make_object(argv[0], argv[1]))));

    /* The next run of the program. */
    CHECK_OK(apsfetch_config_new(&config, &error));
    CHECK_OK(apsfetch_config_set_base_url(config, base_url, &error));
    CHECK_OK(apsfetch_config_set_proxy(config, "", &error));
    CHECK_OK(apsfetch_config_set_refresh_token(config, argv[2], apsfetch_text_data(token), "", &error));
    CHECK_OK(apsfetch_client_new(config, &later, &error));
    CHECK_OK(apsfetch_config_free(config));
    CHECK_OK(apsfetch_text_free(token));
    CHECK_OK(apsfetch_result_free(fetch(later, make_object(argv[0], argv[1]))));
    CHECK_OK(apsfetch_client_free(later));
}

/* Client id. The user says no. */
static void denied_login(const apsfetch_client *client, char **argv)
{
    apsfetch_login *login = NULL;

    CHECK_OK(apsfetch_login_start(client, argv[0], "data:read", NULL, 0, NULL, APSFETCH_NO_LIMIT, &login,
                                  &error));
    puts(apsfetch_login_authorize_url(login));
    fflush(stdout);
    fails(apsfetch_login_wait(login, APSFETCH_NO_LIMIT, NULL, &error), APSFETCH_E_AUTH);
    CHECK(apsfetch_login_is_open(login) == 0);
    fails(apsfetch_login_wait(login, 0, NULL, &error), APSFETCH_E_INVALID_STATE);
    CHECK_OK(apsfetch_login_free(login));
}

static void *wait_for_ever(void *login)
{
    static int32_t status;

    /* As long as the other one is looking. */
    while ((status = apsfetch_login_wait(login, APSFETCH_NO_LIMIT, NULL, NULL)) == APSFETCH_E_INVALID_STATE)
        sched_yield();
    return &status;
}

/* Nobody comes: a login ends by its time, by its token, by its client and when it is freed. */
static void abandoned_login(apsfetch_client *client)
{
    apsfetch_cancel_token *cancelled = make_cancelled();
    apsfetch_login *login = NULL, *other = NULL;
    apsfetch_client *own = make_offline_client();
    pthread_t thread;
    int32_t status;
    void *waited;

    CHECK_OK(apsfetch_login_start(client, "id", "data:read", NULL, 0, NULL, 1, &login, &error));
    fails(apsfetch_login_wait(login, APSFETCH_NO_LIMIT, NULL, &error), APSFETCH_E_TIMEOUT);
    CHECK(apsfetch_login_is_open(login) == 0);
    CHECK_OK(apsfetch_login_free(login));

    CHECK_OK(apsfetch_login_start(client, "id", "data:read", NULL, 0, NULL, 0, &login, &error));
    fails(apsfetch_login_wait(login, APSFETCH_NO_LIMIT, cancelled, &error), APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_login_free(login));
    CHECK_OK(apsfetch_cancel_token_free(cancelled));

    fails(apsfetch_login_start(client, "id", "data:read", "example.com", 0, NULL, 0, &login, &error),
          APSFETCH_E_INVALID_ARGUMENT);
    fails(apsfetch_login_start(client, "id", "data:read", NULL, 65536, NULL, 0, &login, &error),
          APSFETCH_E_INVALID_ARGUMENT);
    CHECK(login == NULL);

    CHECK_OK(apsfetch_login_start(own, "id", "data:read", NULL, 0, NULL, 0, &other, &error));
    CHECK(pthread_create(&thread, NULL, wait_for_ever, other) == 0);
    CHECK_OK(apsfetch_client_free(own));
    CHECK(pthread_join(thread, &waited) == 0 && *(int32_t *)waited == APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_login_free(other));

    CHECK_OK(apsfetch_login_start(client, "id", "data:read", NULL, 0, NULL, 0, &login, &error));
    CHECK(pthread_create(&thread, NULL, wait_for_ever, login) == 0);
    /* Until the other thread is the one that waits. */
    while ((status = apsfetch_login_wait(login, 0, NULL, NULL)) == APSFETCH_PENDING)
        sched_yield();
    CHECK(status == APSFETCH_E_INVALID_STATE);
    CHECK(apsfetch_login_is_open(login) == 1);
    CHECK_OK(apsfetch_login_free(login));
    CHECK(pthread_join(thread, &waited) == 0 && *(int32_t *)waited == APSFETCH_E_CANCELLED);
}

int main(int argc, char **argv)
{
    apsfetch_client *client;

    CHECK(argc >= 4);
    client = make_client(argv[2], argv[3]);
    if (strcmp(argv[1], "details") == 0) {
        CHECK(argc == 9);
        details(client, argv + 4);
    } else if (strcmp(argv[1], "signed-url") == 0) {
        CHECK(argc == 7);
        signed_url(client, argv + 4);
    } else if (strcmp(argv[1], "upload") == 0) {
        CHECK(argc == 9);
        upload(client, argv + 4);
        /* It has freed the client. */
        return 0;
    } else if (strcmp(argv[1], "login") == 0) {
        CHECK(argc == 7);
        login(client, argv[2], argv + 4);
    } else if (strcmp(argv[1], "denied-login") == 0) {
        CHECK(argc == 5);
        denied_login(client, argv + 4);
    } else {
        CHECK(strcmp(argv[1], "abandoned-login") == 0);
        abandoned_login(client);
    }
    CHECK_OK(apsfetch_client_free(client));
    return 0;
}
