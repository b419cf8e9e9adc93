/* One good object of every type, and a harmless call on each. Arguments of the program: base URL, token, bucket, URNs
   of a design and a derivative, a file that exists. */
#ifndef EVERY_KIND_H
#define EVERY_KIND_H

#include <string.h>

#include "setup.h"

enum { KINDS = 24 };

typedef struct {
    const char *name;
    /* A call that does no harm, and its status. */
    int32_t (*use)(void *handle);
    int32_t (*release)(void *handle);
    void *handle;
} kind;

/* For functions that return no status. */
static int32_t null_is_invalid(const char *text)
{
    return text == NULL ? APSFETCH_E_INVALID_HANDLE : APSFETCH_OK;
}

static int32_t use_error(void *h) { return apsfetch_error_status(h); }
static int32_t use_config(void *h) { return apsfetch_config_set_emea_path(h, 0, NULL); }
static int32_t use_client(void *h) { return apsfetch_client_set_access_token(h, "token", NULL); }
static int32_t use_request(void *h) { return apsfetch_request_set_size(h, 1, NULL); }
static int32_t use_job(void *h) { return apsfetch_job_cancel(h, NULL); }
static int32_t use_result(void *h) { return apsfetch_result_status(h); }
static int32_t use_signed(void *h) { return apsfetch_signed_status(h, 0); }
static int32_t use_token(void *h) { return apsfetch_cancel_token_cancel(h, NULL); }
static int32_t use_text(void *h) { return null_is_invalid(apsfetch_text_data(h)); }
static int32_t use_details(void *h) { return null_is_invalid(apsfetch_details_content_type(h)); }
static int32_t use_oss_url(void *h) { return null_is_invalid(apsfetch_oss_url_text(h)); }
static int32_t use_options(void *h) { return apsfetch_upload_options_set_single_use(h, 1, NULL); }
static int32_t use_uploaded(void *h) { return null_is_invalid(apsfetch_upload_result_object_id(h)); }
static int32_t use_manifest(void *h) { return apsfetch_manifest_status(h); }
static int32_t use_list_options(void *h) { return apsfetch_list_options_set_limit(h, 1, NULL); }
static int32_t use_objects(void *h) { return null_is_invalid(apsfetch_objects_object_key(h, 0)); }
static int32_t use_design_filter(void *h) { return apsfetch_design_filter_add_role(h, "obj", NULL); }
static int32_t use_object_filter(void *h) { return apsfetch_object_filter_set_prefix(h, "a", NULL); }
static int32_t use_plan(void *h) { return apsfetch_plan_file_status(h, 0); }
static int32_t use_outcome(void *h) { return apsfetch_outcome_file_status(h, 0); }
static int32_t use_upload_job(void *h) { return apsfetch_upload_job_cancel(h, NULL); }
static int32_t use_watch(void *h) { return apsfetch_manifest_watch_state(h); }
static int32_t use_access_token(void *h) { return null_is_invalid(apsfetch_access_token_text(h)); }
static int32_t use_login(void *h) { return apsfetch_login_wait(h, 0, NULL, NULL); }

static int32_t free_error(void *h) { return apsfetch_error_free(h); }
static int32_t free_config(void *h) { return apsfetch_config_free(h); }
static int32_t free_client(void *h) { return apsfetch_client_free(h); }
static int32_t free_request(void *h) { return apsfetch_request_free(h); }
static int32_t free_job(void *h) { return apsfetch_job_free(h); }
static int32_t free_result(void *h) { return apsfetch_result_free(h); }
static int32_t free_signed(void *h) { return apsfetch_signed_free(h); }
static int32_t free_token(void *h) { return apsfetch_cancel_token_free(h); }
static int32_t free_text(void *h) { return apsfetch_text_free(h); }
static int32_t free_details(void *h) { return apsfetch_details_free(h); }
static int32_t free_oss_url(void *h) { return apsfetch_oss_url_free(h); }
static int32_t free_options(void *h) { return apsfetch_upload_options_free(h); }
static int32_t free_uploaded(void *h) { return apsfetch_upload_result_free(h); }
static int32_t free_manifest(void *h) { return apsfetch_manifest_free(h); }
static int32_t free_list_options(void *h) { return apsfetch_list_options_free(h); }
static int32_t free_objects(void *h) { return apsfetch_objects_free(h); }
static int32_t free_design_filter(void *h) { return apsfetch_design_filter_free(h); }
static int32_t free_object_filter(void *h) { return apsfetch_object_filter_free(h); }
static int32_t free_plan(void *h) { return apsfetch_plan_free(h); }
static int32_t free_outcome(void *h) { return apsfetch_outcome_free(h); }
static int32_t free_upload_job(void *h) { return apsfetch_upload_job_free(h); }
static int32_t free_watch(void *h) { return apsfetch_manifest_watch_free(h); }
static int32_t free_access_token(void *h) { return apsfetch_access_token_free(h); }
static int32_t free_login(void *h) { return apsfetch_login_free(h); }

static kind kinds[KINDS] = {
    {"an error", use_error, free_error, NULL},
    {"a config", use_config, free_config, NULL},
    {"a client", use_client, free_client, NULL},
    {"a request", use_request, free_request, NULL},
    {"a job", use_job, free_job, NULL},
    {"a result", use_result, free_result, NULL},
    {"a list of signed items", use_signed, free_signed, NULL},
    {"a cancel token", use_token, free_token, NULL},
    {"a text", use_text, free_text, NULL},
    {"an object of details", use_details, free_details, NULL},
    {"an OSS signed URL", use_oss_url, free_oss_url, NULL},
    {"a set of upload options", use_options, free_options, NULL},
    {"a result of an upload", use_uploaded, free_uploaded, NULL},
    {"a login", use_login, free_login, NULL},
    {"a manifest", use_manifest, free_manifest, NULL},
    {"a set of list options", use_list_options, free_list_options, NULL},
    {"a list of objects", use_objects, free_objects, NULL},
    {"a filter of derivatives", use_design_filter, free_design_filter, NULL},
    {"a filter of objects", use_object_filter, free_object_filter, NULL},
    {"a plan", use_plan, free_plan, NULL},
    {"an outcome", use_outcome, free_outcome, NULL},
    {"a job of an upload", use_upload_job, free_upload_job, NULL},
    {"a watch of a manifest", use_watch, free_watch, NULL},
    {"an access token", use_access_token, free_access_token, NULL},
};

static char **arguments;

/* A refresh token, which a configuration has and its client gives back. */
static apsfetch_text *make_text(void)
{
    apsfetch_error *error = NULL;
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;
    apsfetch_text *text = NULL;

    CHECK_OK(apsfetch_config_new(&config, &error));
    CHECK_OK(apsfetch_config_set_refresh_token(config, "client", "refresh", "", &error));
    CHECK_OK(apsfetch_client_new(config, &client, &error));
    CHECK_OK(apsfetch_client_refresh_token(client, &text, &error));
    CHECK(strcmp(apsfetch_text_data(text), "refresh") == 0);
    CHECK_OK(apsfetch_client_free(client));
    CHECK_OK(apsfetch_config_free(config));
    return text;
}

/* What APS has to be asked for. */
static void make_answers(const apsfetch_client *client)
{
    apsfetch_error *error = NULL;
    apsfetch_request *request = NULL;
    apsfetch_details *details = NULL;
    apsfetch_oss_url *url = NULL;
    apsfetch_upload_options *options = NULL;
    apsfetch_upload_result *uploaded = NULL;
    apsfetch_login *login = NULL;

    CHECK_OK(apsfetch_request_new_derivative(arguments[4], arguments[5], &request, &error));
    CHECK_OK(apsfetch_details_fetch(client, request, 0, NULL, &details, &error));
    CHECK_OK(apsfetch_request_free(request));
    CHECK_OK(apsfetch_create_signed_url(client, arguments[3], "uploaded", APSFETCH_ACCESS_WRITE, 0, 0, 0, NULL,
                                        &url, &error));
    CHECK_OK(apsfetch_upload_options_new(&options, &error));
    CHECK_OK(apsfetch_upload(client, apsfetch_oss_url_text(url), arguments[6], options, NULL, NULL, NULL,
                             &uploaded, &error));
    CHECK_OK(apsfetch_login_start(client, "id", "data:read", NULL, 0, NULL, 0, &login, &error));
    kinds[8].handle = make_text();
    kinds[9].handle = details;
    kinds[10].handle = url;
    kinds[11].handle = options;
    kinds[12].handle = uploaded;
    kinds[13].handle = login;
}

/* What runs on a thread of its own, and the token. */
static void make_polled(const apsfetch_client *client)
{
    apsfetch_error *error = NULL;
    apsfetch_upload_job *job = NULL;
    apsfetch_manifest_watch *watch = NULL;
    apsfetch_access_token *token = NULL;

    CHECK_OK(apsfetch_upload_job_start_object(client, arguments[3], "uploaded", arguments[6], NULL, &job, &error));
    CHECK_OK(apsfetch_manifest_watch_start(client, arguments[4], 0, &watch, &error));
    CHECK_OK(apsfetch_access_token_fetch(client, NULL, &token, &error));
    CHECK_OK(apsfetch_upload_job_wait(job, APSFETCH_NO_LIMIT, &error));
    kinds[21].handle = job;
    kinds[22].handle = watch;
    kinds[23].handle = token;
}

/* Everything about folders, without a file to download. */
static void make_folder(const apsfetch_client *client)
{
    static const char design[] =
        "{\"urn\":\"dXJuOmE\",\"derivatives\":[{\"guid\":\"a\",\"status\":\"failed\"}]}";
    apsfetch_error *error = NULL;
    apsfetch_manifest *manifest = NULL;
    apsfetch_list_options *options = NULL;
    apsfetch_objects *objects = NULL;
    apsfetch_design_filter *designs = NULL;
    apsfetch_object_filter *filter = NULL;
    apsfetch_plan *plan = NULL;
    apsfetch_job *job = NULL;
    apsfetch_outcome *outcome = NULL;

    CHECK_OK(apsfetch_manifest_from_json(design, &manifest, &error));
    CHECK_OK(apsfetch_list_options_new(&options, &error));
    CHECK_OK(apsfetch_object_details(client, arguments[3], "uploaded", NULL, &objects, &error));
    CHECK_OK(apsfetch_design_filter_new(&designs, &error));
    CHECK_OK(apsfetch_object_filter_new(&filter, &error));
    CHECK_OK(apsfetch_plan_design(client, manifest, designs, "folder", &plan, &error));
    CHECK_OK(apsfetch_plan_start(client, plan, &job, &error));
    CHECK_OK(apsfetch_plan_record(plan, job, &outcome, &error));
    CHECK_OK(apsfetch_job_free(job));
    kinds[14].handle = manifest;
    kinds[15].handle = options;
    kinds[16].handle = objects;
    kinds[17].handle = designs;
    kinds[18].handle = filter;
    kinds[19].handle = plan;
    kinds[20].handle = outcome;
}

static void make_all(void)
{
    apsfetch_error *error = NULL;
    apsfetch_config *config = NULL;
    apsfetch_client *client = make_client(arguments[1], arguments[2]);
    apsfetch_request *request = make_kept(arguments[6]);
    const apsfetch_request *requests[1];
    apsfetch_job *job = start(client, request);
    apsfetch_signed *list = NULL;
    apsfetch_cancel_token *token = NULL;

    requests[0] = request;
    CHECK_OK(apsfetch_config_new(&config, &error));
    CHECK_OK(apsfetch_sign(client, requests, 1, NULL, &list, &error));
    CHECK_OK(apsfetch_cancel_token_new(&token, &error));
    CHECK(apsfetch_request_set_sha1(request, "short", &error) == APSFETCH_E_INVALID_ARGUMENT);
    kinds[0].handle = error;
    kinds[1].handle = config;
    kinds[2].handle = client;
    kinds[3].handle = request;
    kinds[4].handle = job;
    kinds[5].handle = wait_for_result(job);
    kinds[6].handle = list;
    kinds[7].handle = token;
    make_answers(client);
    make_folder(client);
    make_polled(client);
}

#endif
