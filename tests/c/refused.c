/* The system refuses threads, sockets, files and memory: the first one asked for, the second one, and so on. Each time
   the work is done with less, or ends with an error, and then everything works again.
   Arguments: base URL with a host name, a file, client id and secret, bucket, the key of an object. */
#include <string.h>
#include <unistd.h>

#include "refuse.h"
#include "setup.h"
#include "tasks.h"

#pragma weak refuse

static char **arguments;

/* What a refusal may lead to. */
static void check(int32_t status, apsfetch_error *error, const char *doing)
{
    switch (status) {
    case APSFETCH_OK:
        CHECK(error == NULL);
        return;
    case APSFETCH_E_RESOURCE:
    case APSFETCH_E_FILE:
    case APSFETCH_E_NETWORK:
    case APSFETCH_E_TLS:
    case APSFETCH_E_DNS:
    case APSFETCH_E_BUSY:
        CHECK(apsfetch_error_message(error) != NULL);
        CHECK_OK(apsfetch_error_free(error));
        return;
    default:
        printf("%s: %d %s\n", doing, (int)status, apsfetch_error_message(error));
        exit(1);
    }
}

static int32_t go_on(const apsfetch_progress *progress, void *user_data)
{
    (void)progress;
    (void)user_data;
    return 0;
}

static int32_t go_on_uploading(uint64_t sent, uint64_t total, void *user_data)
{
    (void)sent;
    (void)total;
    (void)user_data;
    return 0;
}

/* By name, so that a resolver is needed; the token has to be fetched. */
static apsfetch_client *make(const char *base_url)
{
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;
    apsfetch_error *error = NULL;

    CHECK_OK(apsfetch_config_new(&config, &error));
    CHECK_OK(apsfetch_config_set_base_url(config, base_url, &error));
    CHECK_OK(apsfetch_config_set_client_credentials(config, arguments[3], arguments[4], "data:read data:write", &error));
    CHECK_OK(apsfetch_config_set_proxy(config, "", &error));
    CHECK_OK(apsfetch_config_set_max_connections(config, 4, &error));
    check(apsfetch_client_new(config, &client, &error), error, "a client");
    CHECK_OK(apsfetch_config_free(config));
    return client;
}

/* A download to a file and one to memory, and an upload, all by one new client. */
static void work(int is_over)
{
    apsfetch_client *client = make(arguments[1]);
    apsfetch_request *requests[2];
    apsfetch_error *error = NULL;
    apsfetch_upload_result *uploaded = NULL;
    int32_t downloaded, sent;

    if (client == NULL)
        return;
    requests[0] = make_object(arguments[5], arguments[6]);
    requests[1] = make_object(arguments[5], arguments[6]);
    CHECK(apsfetch_request_set_path(requests[0], "refused.bin", NULL) == APSFETCH_OK);
    CHECK(apsfetch_request_set_memory(requests[1], 64 << 20, NULL) == APSFETCH_OK);
    downloaded = apsfetch_download(client, (const apsfetch_request *const *)requests, 2, go_on, NULL, NULL, &error);
    check(downloaded, error, "a download");
    error = NULL;
    sent = apsfetch_upload_object(client, arguments[5], "uploaded", arguments[2], NULL, go_on_uploading, NULL, NULL,
                                  &uploaded, &error);
    check(sent, error, "an upload");
    /* When nothing is refused any more, all of it works. */
    if (is_over)
        CHECK(downloaded == APSFETCH_OK && sent == APSFETCH_OK && access("refused.bin", F_OK) == 0);
    if (uploaded != NULL)
        CHECK_OK(apsfetch_upload_result_free(uploaded));
    CHECK_OK(apsfetch_request_free(requests[0]));
    CHECK_OK(apsfetch_request_free(requests[1]));
    CHECK_OK(apsfetch_client_free(client));
}

int main(int argc, char **argv)
{
    static const int kinds[] = {REFUSE_THREAD, REFUSE_SOCKET, REFUSE_OPEN, REFUSE_MEMORY};
    size_t kind;
    int before;

    CHECK(argc == 7 && refuse != NULL);
    arguments = argv;
    before = first_tasks();
    for (kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        long from;
        int refused = 1, total = 0;

        for (from = 0; refused > 0; from++) {
            /* A hang is a failure too. */
            alarm(100);
            CHECK(from < 200);
            refuse(kinds[kind], from);
            work(0);
            refused = refuse(REFUSE_NOTHING, 0);
            total += refused;
            CHECK(settled_tasks(before) == before);
            unlink("refused.bin");
        }
        printf("%d refused %d times, up to the %ldth\n", kinds[kind], total, from - 1);
        /* The kind exists at all in what the library does. */
        CHECK(total > 0);
        work(1);
        unlink("refused.bin");
    }
    return 0;
}
