/*
 * Downloads a derivative and some objects in one job, with a line of progress and a table of results.
 *
 *   download [--base-url URL] [--ca-file FILE] [--region REGION]
 *            [--derivative URN DERIVATIVE_URN FILE]... [--object BUCKET KEY FILE]...
 *
 * Who you are comes from the environment, where other users of the machine cannot read it: APS_CLIENT_ID and
 * APS_CLIENT_SECRET, or APS_ACCESS_TOKEN. APS_BASE_URL and APS_CA_FILE are what the options are called there.
 *
 * How to build it: see README.md in this folder.
 */
#include <apsfetch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many files as fit on a command line that somebody types. */
#define MOST_FILES 64

typedef struct {
    const char *base_url;
    const char *ca_file;
    const char *region;
    const char *client_id;
    const char *client_secret;
    const char *access_token;
} options;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static int usage(void)
{
    fputs("usage: download [--base-url URL] [--ca-file FILE] [--region REGION]\n"
          "                [--derivative URN DERIVATIVE_URN FILE]... [--object BUCKET KEY FILE]...\n"
          "Set APS_CLIENT_ID and APS_CLIENT_SECRET, or APS_ACCESS_TOKEN.\n",
          stderr);
    return 2;
}

/* What an error has to say, on one line, and frees it. */
static void report(const char *what, int32_t status, apsfetch_error **error)
{
    const char *message = apsfetch_error_message(*error);
    const char *request_id = apsfetch_error_request_id(*error);
    int32_t http_status = apsfetch_error_http_status(*error);

    fprintf(stderr, "%s: %s", what, message != NULL ? message : apsfetch_status_text(status));
    if (http_status != 0)
        fprintf(stderr, " (HTTP %d)", (int)http_status);
    if (request_id != NULL)
        fprintf(stderr, " (request %s)", request_id);
    fputc('\n', stderr);
    apsfetch_error_free(*error);
    *error = NULL;
}

/* A client from the options. Each call is skipped after one that failed. */
static int32_t make_client(const options *given, apsfetch_client **client, apsfetch_error **error)
{
    apsfetch_config *config = NULL;
    int32_t status = apsfetch_config_new(&config, error);

    if (status == APSFETCH_OK && given->base_url != NULL)
        status = apsfetch_config_set_base_url(config, given->base_url, error);
    if (status == APSFETCH_OK && given->ca_file != NULL)
        status = apsfetch_config_set_ca_file(config, given->ca_file, error);
    if (status == APSFETCH_OK && given->region != NULL)
        status = apsfetch_config_set_region(config, given->region, error);
    if (status == APSFETCH_OK && given->access_token != NULL)
        status = apsfetch_config_set_access_token(config, given->access_token, error);
    else if (status == APSFETCH_OK)
        status = apsfetch_config_set_client_credentials(config, given->client_id, given->client_secret,
                                                        "data:read viewables:read", error);
    if (status == APSFETCH_OK)
        status = apsfetch_client_new(config, client, error);
    /* The client has copied it. */
    apsfetch_config_free(config);
    return status;
}

/* Waits for the end of the job in slices, as a program with a window would do from a timer. */
static int32_t watch(const apsfetch_job *job, apsfetch_error **error)
{
    apsfetch_progress progress = APSFETCH_PROGRESS_INIT;
    int32_t status;

    do {
        if (interrupted)
            apsfetch_job_cancel(job, NULL);
        status = apsfetch_job_wait(job, 100, error);
        if (status >= 0 && apsfetch_job_progress(job, &progress, error) == APSFETCH_OK) {
            printf("\r%8.1f of %.1f MB, %u of %u files, %u connections ",
                   (double)progress.bytes_done / 1e6, (double)progress.bytes_total / 1e6,
                   (unsigned)progress.items_finished, (unsigned)progress.items_total,
                   (unsigned)progress.connections);
            fflush(stdout);
        }
    } while (status == APSFETCH_PENDING);
    putchar('\n');
    return status;
}

static const char *checked_by(int32_t verification)
{
    switch (verification) {
    case APSFETCH_VERIFICATION_SHA1:
        return "SHA-1";
    case APSFETCH_VERIFICATION_SIZE:
        return "size";
    default:
        return "not downloaded";
    }
}

/* A line for each file. How many failed. */
static int print_results(const apsfetch_job *job, const char *const *files)
{
    size_t count = apsfetch_job_count(job);
    size_t index;
    int failed = 0;

    for (index = 0; index < count; index++) {
        apsfetch_result *result = NULL;
        apsfetch_error *error = NULL;
        int32_t status = apsfetch_job_result(job, index, &result, &error);

        if (status != APSFETCH_OK) {
            report(files[index], status, &error);
            failed++;
            continue;
        }
        printf("%s: %.0f bytes in %.0f parts and %.2f s, checked by %s\n", files[index],
               (double)apsfetch_result_bytes(result), (double)apsfetch_result_parts(result),
               (double)apsfetch_result_elapsed_ms(result) / 1e3,
               checked_by(apsfetch_result_verification(result)));
        apsfetch_result_free(result);
    }
    return failed;
}

int main(int argc, char **argv)
{
    options given;
    apsfetch_request *requests[MOST_FILES];
    const char *files[MOST_FILES];
    size_t count = 0, index;
    apsfetch_client *client = NULL;
    apsfetch_job *job = NULL;
    apsfetch_error *error = NULL;
    int32_t status = APSFETCH_OK;
    int exit_code = 1;
    int at = 1;

    given.base_url = getenv("APS_BASE_URL");
    given.ca_file = getenv("APS_CA_FILE");
    given.region = NULL;
    given.client_id = getenv("APS_CLIENT_ID");
    given.client_secret = getenv("APS_CLIENT_SECRET");
    given.access_token = getenv("APS_ACCESS_TOKEN");
    if (given.access_token == NULL && (given.client_id == NULL || given.client_secret == NULL))
        return usage();

    while (at < argc && status == APSFETCH_OK) {
        const char *option = argv[at];
        int values = argc - at - 1;

        if (strcmp(option, "--base-url") == 0 && values >= 1) {
            given.base_url = argv[at + 1];
            at += 2;
        } else if (strcmp(option, "--ca-file") == 0 && values >= 1) {
            given.ca_file = argv[at + 1];
            at += 2;
        } else if (strcmp(option, "--region") == 0 && values >= 1) {
            given.region = argv[at + 1];
            at += 2;
        } else if (values >= 3 && count < MOST_FILES &&
                   (strcmp(option, "--derivative") == 0 || strcmp(option, "--object") == 0)) {
            if (strcmp(option, "--derivative") == 0)
                status = apsfetch_request_new_derivative(argv[at + 1], argv[at + 2], &requests[count], &error);
            else
                status = apsfetch_request_new_object(argv[at + 1], argv[at + 2], &requests[count], &error);
            files[count] = argv[at + 3];
            if (status == APSFETCH_OK)
                status = apsfetch_request_set_path(requests[count++], argv[at + 3], &error);
            at += 4;
        } else {
            exit_code = usage();
            goto cleanup;
        }
    }

    if (status == APSFETCH_OK)
        status = make_client(&given, &client, &error);
    if (status == APSFETCH_OK)
        status = apsfetch_job_start(client, (const apsfetch_request *const *)requests, count, &job, &error);
    if (status == APSFETCH_OK) {
        signal(SIGINT, on_interrupt);
        status = watch(job, &error);
    }
    if (status != APSFETCH_OK) {
        report("download", status, &error);
        goto cleanup;
    }
    exit_code = print_results(job, files) == 0 ? 0 : 1;

cleanup:
    /* To free NULL does nothing, so there is one way out for all ends. */
    apsfetch_job_free(job);
    apsfetch_client_free(client);
    for (index = 0; index < count; index++)
        apsfetch_request_free(requests[index]);
    return exit_code;
}
