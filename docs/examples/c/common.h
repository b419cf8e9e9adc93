/* What the programs of the guides share: they end at the first failure, and find APS by environment variables. */
#ifndef COMMON_H
#define COMMON_H

#include <apsfetch.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program if a call has failed. A plug-in would tell its user instead, and clean up. */
static void must(int32_t status, apsfetch_error *error)
{
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", apsfetch_status_text(status), apsfetch_error_message(error));
        exit(1);
    }
}

static apsfetch_config *new_config(void)
{
    apsfetch_config *config = NULL;
    apsfetch_error *error = NULL;
    const char *base = getenv("APS_BASE_URL");
    must(apsfetch_config_new(&config, &error), error);
    if (base != NULL)
        must(apsfetch_config_set_base_url(config, base, &error), error);
    return config;
}

/* Frees the configuration. */
static apsfetch_client *client_of(apsfetch_config *config)
{
    apsfetch_client *client = NULL;
    apsfetch_error *error = NULL;
    must(apsfetch_client_new(config, &client, &error), error);
    apsfetch_config_free(config);
    return client;
}

static inline void log_in(apsfetch_config *config, const char *scopes)
{
    apsfetch_error *error = NULL;
    must(apsfetch_config_set_client_credentials(config, getenv("APS_CLIENT_ID"), getenv("APS_CLIENT_SECRET"), scopes,
                                                &error), error);
}

static inline apsfetch_request *object_to(const char *bucket, const char *key, const char *path)
{
    apsfetch_request *request = NULL;
    apsfetch_error *error = NULL;
    must(apsfetch_request_new_object(bucket, key, &request, &error), error);
    must(apsfetch_request_set_path(request, path, &error), error);
    return request;
}

#endif
