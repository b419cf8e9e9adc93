/* What most test programs begin with. Arguments: base URL, access token, bucket, keys of objects... */
#ifndef SETUP_H
#define SETUP_H

#include <apsfetch.h>

#include "check.h"

static inline apsfetch_client *make_client(const char *base_url, const char *token)
{
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;
    apsfetch_error *error = NULL;

    CHECK_OK(apsfetch_config_new(&config, &error));
    CHECK_OK(apsfetch_config_set_base_url(config, base_url, &error));
    CHECK_OK(apsfetch_config_set_access_token(config, token, &error));
    CHECK_OK(apsfetch_config_set_proxy(config, "", &error));
    CHECK_OK(apsfetch_config_set_max_connections(config, 4, &error));
    CHECK_OK(apsfetch_client_new(config, &client, &error));
    CHECK_OK(apsfetch_config_free(config));
    return client;
}

/* A client that never has to ask anybody anything. */
static inline apsfetch_client *make_offline_client(void)
{
    return make_client("http://127.0.0.1:1", "token");
}

static inline apsfetch_request *make_object(const char *bucket, const char *key)
{
    apsfetch_request *request = NULL;
    apsfetch_error *error = NULL;

    CHECK_OK(apsfetch_request_new_object(bucket, key, &request, &error));
    return request;
}

/* A request that is over at once: its target, this program's own source of bytes, exists and is kept. */
static inline apsfetch_request *make_kept(const char *existing)
{
    apsfetch_request *request = NULL;
    apsfetch_error *error = NULL;

    CHECK_OK(apsfetch_request_new_url("http://127.0.0.1:1/", &request, &error));
    CHECK_OK(apsfetch_request_set_path(request, existing, &error));
    CHECK_OK(apsfetch_request_set_existing_file(request, APSFETCH_EXISTING_FILE_KEEP, &error));
    return request;
}

static inline apsfetch_job *start(const apsfetch_client *client, const apsfetch_request *request)
{
    const apsfetch_request *requests[1];
    apsfetch_job *job = NULL;
    apsfetch_error *error = NULL;

    requests[0] = request;
    CHECK_OK(apsfetch_job_start(client, requests, 1, &job, &error));
    return job;
}

static inline apsfetch_result *wait_for_result(const apsfetch_job *job)
{
    apsfetch_result *result = NULL;
    apsfetch_error *error = NULL;

    CHECK_OK(apsfetch_job_wait(job, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_job_result(job, 0, &result, &error));
    return result;
}

#endif
