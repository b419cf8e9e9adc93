/* Manifests, listings and whole folders. Arguments: operation, base URL, token, and what it needs. */
#include <pthread.h>
#include <string.h>

#include "setup.h"
#include "system.h"

static apsfetch_error *error;

static void fails(int32_t status, int32_t expected)
{
    if (status != expected)
        printf("%s: %s\n", apsfetch_status_text(status), apsfetch_error_message(error));
    CHECK(status == expected);
    CHECK(apsfetch_error_status(error) == expected);
    CHECK_OK(apsfetch_error_free(error));
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The file must have exactly these bytes. */
static void check_file(const char *path, const char *expected)
{
    char bytes[256] = {0};
    FILE *file = open_to_read(path);

    CHECK(file != NULL);
    CHECK(fread(bytes, 1, sizeof bytes, file) == strlen(expected));
    CHECK(memcmp(bytes, expected, strlen(expected)) == 0);
    CHECK(fclose(file) == 0);
}

typedef struct {
    pthread_t caller;
    int calls;
    int32_t answer;
    int32_t last_status;
    const apsfetch_manifest *last;
    /* Freed by the first call. */
    apsfetch_client *client;
} watch;

static watch new_watch(int32_t answer)
{
    watch made;

    memset(&made, 0, sizeof made);
    made.caller = pthread_self();
    made.answer = answer;
    return made;
}

static int32_t on_manifest(const apsfetch_manifest *manifest, void *user_data)
{
    watch *seen = user_data;

    CHECK(pthread_equal(seen->caller, pthread_self()));
    CHECK(apsfetch_manifest_percent(manifest) >= -1);
    seen->last_status = apsfetch_manifest_status(manifest);
    seen->last = manifest;
    if (seen->calls++ == 0 && seen->client != NULL)
        CHECK(apsfetch_client_free(seen->client) == APSFETCH_OK);
    return seen->answer;
}

static int32_t on_progress(const apsfetch_progress *progress, void *user_data)
{
    watch *seen = user_data;

    CHECK(pthread_equal(seen->caller, pthread_self()));
    CHECK(progress->struct_size == sizeof *progress);
    seen->calls++;
    seen->last_status = progress->state;
    return seen->answer;
}

/* A design that is done and has one file, one that is soon done, one that never is, one that failed. */
static void manifests(apsfetch_client *client, char **argv)
{
    apsfetch_manifest *manifest = NULL, *again = NULL;
    apsfetch_cancel_token *token = NULL;
    watch seen = new_watch(0);
    size_t node, files = 0, messages = 0;

    CHECK_OK(apsfetch_manifest_fetch(client, argv[0], NULL, &manifest, &error));
    CHECK(apsfetch_manifest_status(manifest) == APSFETCH_TRANSLATION_SUCCESS);
    CHECK(strcmp(apsfetch_manifest_status_text(manifest), "success") == 0);
    CHECK(strcmp(apsfetch_manifest_urn(manifest), argv[0]) == 0);
    CHECK(strcmp(apsfetch_manifest_type(manifest), "manifest") == 0);
    CHECK(strcmp(apsfetch_manifest_progress(manifest), "complete") == 0);
    CHECK(apsfetch_manifest_percent(manifest) == 100);
    CHECK(strcmp(apsfetch_manifest_region(manifest), "US") == 0);
    CHECK(apsfetch_manifest_version(manifest) != NULL);
    for (node = 0; node < apsfetch_manifest_node_count(manifest); node++) {
        int64_t parent = apsfetch_manifest_node_parent(manifest, node);
        const char *urn = apsfetch_manifest_node_urn(manifest, node);

        CHECK(parent >= -1 && parent < (int64_t)node);
        CHECK(apsfetch_manifest_node_is_derivative(manifest, node) == (parent == -1));
        if (urn == NULL)
            continue;
        files++;
        CHECK(ends_with(urn, "/output/a.obj"));
        CHECK(strcmp(apsfetch_manifest_node_output_type(manifest, node), "obj") == 0);
        CHECK(apsfetch_manifest_node_mime(manifest, node) != NULL);
        CHECK(apsfetch_manifest_node_role(manifest, node) != NULL);
        CHECK(apsfetch_manifest_node_type(manifest, node) != NULL);
        CHECK(apsfetch_manifest_node_guid(manifest, node) != NULL);
        CHECK(apsfetch_manifest_node_status(manifest, node) >= APSFETCH_TRANSLATION_UNKNOWN);
        CHECK(apsfetch_manifest_message_count(manifest, node) == 0);
        CHECK(apsfetch_manifest_message_text(manifest, node, 0) == NULL);
    }
    CHECK(files == 1);
    CHECK(apsfetch_manifest_node_urn(manifest, node) == NULL && apsfetch_manifest_node_parent(manifest,
                                                                                              node) == -1);
    CHECK(apsfetch_manifest_node_status(manifest, node) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_manifest_from_json(apsfetch_manifest_json(manifest), &again, &error));
    CHECK(apsfetch_manifest_node_count(again) == node);
    CHECK_OK(apsfetch_manifest_free(again));
    CHECK_OK(apsfetch_manifest_free(manifest));

    /* Each state is told on this thread, also the last; what was lent is gone afterwards. */
    CHECK_OK(apsfetch_manifest_wait(client, argv[1], APSFETCH_NO_LIMIT, on_manifest, &seen, NULL, &manifest,
                                    &error));
    CHECK(seen.calls >= 2 && seen.last_status == APSFETCH_TRANSLATION_SUCCESS);
    CHECK(apsfetch_manifest_status(seen.last) == APSFETCH_E_INVALID_HANDLE);
    CHECK(apsfetch_manifest_status(manifest) == APSFETCH_TRANSLATION_SUCCESS);
    CHECK_OK(apsfetch_manifest_free(manifest));
    CHECK_OK(apsfetch_manifest_wait(client, argv[0], 0, NULL, NULL, NULL, &manifest, &error));
    CHECK_OK(apsfetch_manifest_free(manifest));

    CHECK_OK(apsfetch_manifest_wait(client, argv[3], 0, NULL, NULL, NULL, &manifest, &error));
    CHECK(apsfetch_manifest_status(manifest) == APSFETCH_TRANSLATION_FAILED);
    for (node = 0; node < apsfetch_manifest_node_count(manifest); node++) {
        if (apsfetch_manifest_message_count(manifest, node) == 0)
            continue;
        messages++;
        CHECK(strcmp(apsfetch_manifest_message_type(manifest, node, 0), "error") == 0);
        CHECK(apsfetch_manifest_message_code(manifest, node, 0) != NULL);
        CHECK(apsfetch_manifest_message_text(manifest, node, 0) != NULL);
    }
    CHECK(messages > 0);
    CHECK_OK(apsfetch_manifest_free(manifest));

    fails(apsfetch_manifest_wait(client, argv[2], 1, NULL, NULL, NULL, &manifest, &error),
          APSFETCH_E_NOT_READY);
    CHECK(manifest == NULL);
    seen = new_watch(1);
    fails(apsfetch_manifest_wait(client, argv[2], APSFETCH_NO_LIMIT, on_manifest, &seen, NULL, &manifest,
                                 &error),
          APSFETCH_E_CANCELLED);
    CHECK(seen.calls == 1);
    CHECK_OK(apsfetch_cancel_token_new(&token, &error));
    CHECK_OK(apsfetch_cancel_token_cancel(token, &error));
    fails(apsfetch_manifest_wait(client, argv[2], APSFETCH_NO_LIMIT, NULL, NULL, token, &manifest, &error),
          APSFETCH_E_CANCELLED);
    CHECK_OK(apsfetch_cancel_token_free(token));
    fails(apsfetch_manifest_fetch(client, "dXJuOm5vbmU", NULL, &manifest, &error), APSFETCH_E_NOT_FOUND);
    fails(apsfetch_manifest_from_json("[]", &manifest, &error), APSFETCH_E_INVALID_ARGUMENT);

    /* The callback frees the client that waits. */
    seen = new_watch(0);
    seen.client = client;
    fails(apsfetch_manifest_wait(client, argv[2], APSFETCH_NO_LIMIT, on_manifest, &seen, NULL, &manifest,
                                 &error),
          APSFETCH_E_CANCELLED);
    CHECK(seen.calls == 1);
}

/* A bucket with "list/0" to "list/4" and one other object, all of 7 bytes. */
static void listing(const apsfetch_client *client, char **argv)
{
    apsfetch_list_options *options = NULL;
    apsfetch_objects *objects = NULL, *page = NULL;
    char next[1024];
    size_t found = 0, pages = 0;

    CHECK_OK(apsfetch_list_objects(client, argv[0], NULL, NULL, &objects, &error));
    CHECK(apsfetch_objects_count(objects) == 6 && apsfetch_objects_next(objects) == NULL);
    CHECK_OK(apsfetch_objects_free(objects));
    CHECK_OK(apsfetch_list_options_new(&options, &error));
    CHECK_OK(apsfetch_list_options_set_begins_with(options, "list/", &error));
    CHECK_OK(apsfetch_list_options_set_max_objects(options, 3, &error));
    CHECK_OK(apsfetch_list_objects(client, argv[0], options, NULL, &objects, &error));
    CHECK(apsfetch_objects_count(objects) == 3);
    CHECK(strcmp(apsfetch_objects_object_key(objects, 2), "list/2") == 0);
    CHECK(strcmp(apsfetch_objects_bucket_key(objects, 2), argv[0]) == 0);
    CHECK(strstr(apsfetch_objects_object_id(objects, 2), "urn:adsk.objects:") != NULL);
    CHECK(apsfetch_objects_size(objects, 2) == 7);
    CHECK(apsfetch_objects_sha1(objects, 2) == NULL || strlen(apsfetch_objects_sha1(objects, 2)) == 40);
    CHECK(apsfetch_objects_object_key(objects, 3) == NULL && apsfetch_objects_size(objects, 3) == -1);
    CHECK_OK(apsfetch_objects_free(objects));

    CHECK_OK(apsfetch_list_options_set_max_objects(options, 0, &error));
    CHECK_OK(apsfetch_list_options_set_limit(options, 2, &error));
    CHECK_OK(apsfetch_list_options_set_start_at(options, "list/0", &error));
    fails(apsfetch_list_options_set_limit(options, 101, &error), APSFETCH_E_INVALID_ARGUMENT);
    do {
        CHECK_OK(apsfetch_list_objects_page(client, argv[0], options, pages == 0 ? NULL : next, NULL, &page,
                                            &error));
        found += apsfetch_objects_count(page);
        CHECK(apsfetch_objects_count(page) <= 2);
        next[0] = '\0';
        if (apsfetch_objects_next(page) != NULL)
            snprintf(next, sizeof next, "%s", apsfetch_objects_next(page));
        CHECK_OK(apsfetch_objects_free(page));
        pages++;
    } while (next[0] != '\0' && pages < 10);
    CHECK(found == 4 && pages < 10);
    CHECK_OK(apsfetch_list_options_free(options));

    CHECK_OK(apsfetch_object_details(client, argv[0], "list/1", NULL, &objects, &error));
    CHECK(apsfetch_objects_count(objects) == 1 && apsfetch_objects_size(objects, 0) == 7);
    CHECK(apsfetch_objects_content_type(objects, 0) != NULL && apsfetch_objects_location(objects, 0) != NULL);
    CHECK_OK(apsfetch_objects_free(objects));
    fails(apsfetch_object_details(client, argv[0], "missing", NULL, &objects, &error), APSFETCH_E_NOT_FOUND);
    CHECK(objects == NULL);
}

/* A design with a.obj, a.mtl and an SVF2 that cannot be downloaded; the texts of files are their names. */
static void design(const apsfetch_client *client, char **argv)
{
    apsfetch_design_filter *filter = NULL;
    apsfetch_manifest *manifest = NULL;
    apsfetch_plan *plan = NULL, *empty = NULL;
    apsfetch_job *job = NULL;
    apsfetch_outcome *outcome = NULL;
    watch seen = new_watch(0);
    size_t index, count, planned = 0, skipped = 0;

    CHECK_OK(apsfetch_manifest_fetch(client, argv[0], NULL, &manifest, &error));
    CHECK_OK(apsfetch_plan_design(client, manifest, NULL, "design", &plan, &error));
    CHECK_OK(apsfetch_design_filter_new(&filter, &error));
    CHECK_OK(apsfetch_design_filter_add_mime(filter, "no/such", &error));
    CHECK_OK(apsfetch_plan_design(client, manifest, filter, "empty", &empty, &error));
    CHECK(apsfetch_plan_count(empty) == 0);
    CHECK_OK(apsfetch_design_filter_free(filter));
    CHECK_OK(apsfetch_manifest_free(manifest));
    count = apsfetch_plan_count(plan);
    for (index = 0; index < count; index++) {
        int32_t status = apsfetch_plan_file_status(plan, index);

        CHECK(apsfetch_plan_file_error(plan, index, &error) == APSFETCH_OK && error == NULL);
        CHECK(apsfetch_plan_file_size(plan, index) == -1);
        if (status == APSFETCH_FILE_PLANNED) {
            CHECK(apsfetch_plan_file_job_index(plan, index) == (int64_t)planned++);
            CHECK(apsfetch_plan_file_relative_path(plan, index) != NULL);
            CHECK(apsfetch_plan_file_reason(plan, index) == NULL);
        } else {
            CHECK(status == APSFETCH_FILE_SKIPPED);
            CHECK(apsfetch_plan_file_job_index(plan, index) == -1);
            CHECK(strstr(apsfetch_plan_file_reason(plan, index), "SVF2") != NULL);
            skipped++;
        }
    }
    CHECK(planned == 2 && skipped == 1);
    CHECK(apsfetch_plan_file_id(plan, count) == NULL);
    CHECK(ends_with(apsfetch_plan_folder(plan), SEPARATOR "design"));
    CHECK(ends_with(apsfetch_plan_listing(plan), SEPARATOR "design" SEPARATOR "apsfetch-listing.json"));

    CHECK_OK(apsfetch_plan_start(client, plan, &job, &error));
    CHECK(apsfetch_job_count(job) == 2);
    fails(apsfetch_plan_record(empty, job, &outcome, &error), APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_job_wait(job, APSFETCH_NO_LIMIT, &error));
    CHECK_OK(apsfetch_plan_record(plan, job, &outcome, &error));
    CHECK_OK(apsfetch_job_free(job));
    CHECK_OK(apsfetch_plan_free(plan));
    CHECK_OK(apsfetch_plan_free(empty));
    CHECK(apsfetch_outcome_count(outcome) == count);
    for (index = 0; index < count; index++) {
        if (apsfetch_outcome_file_status(outcome, index) == APSFETCH_FILE_SKIPPED) {
            CHECK(apsfetch_outcome_file_reason(outcome, index) != NULL);
            continue;
        }
        CHECK(apsfetch_outcome_file_status(outcome, index) == APSFETCH_FILE_DOWNLOADED);
        CHECK(apsfetch_outcome_file_bytes(outcome, index) == 5);
        CHECK(apsfetch_outcome_file_etag(outcome, index) != NULL);
        check_file(apsfetch_outcome_file_path(outcome, index),
                   ends_with(apsfetch_outcome_file_id(outcome, index), "a.obj") ? "a.obj" : "a.mtl");
    }
    CHECK(apsfetch_outcome_file_status(outcome, count) == APSFETCH_E_INVALID_ARGUMENT);
    CHECK(ends_with(apsfetch_outcome_folder(outcome), SEPARATOR "design"));
    CHECK(ends_with(apsfetch_outcome_listing(outcome), SEPARATOR "design" SEPARATOR "apsfetch-listing.json"));
    CHECK_OK(apsfetch_outcome_free(outcome));

    /* In one call, and nothing has changed. */
    CHECK_OK(apsfetch_download_design(client, argv[0], NULL, "design", on_progress, &seen, NULL, &outcome,
                                      &error));
    CHECK(seen.calls > 0 && seen.last_status == APSFETCH_JOB_FINISHED);
    for (index = 0, planned = 0; index < count; index++)
        planned += apsfetch_outcome_file_status(outcome, index) == APSFETCH_FILE_UNCHANGED;
    CHECK(planned == 2);
    CHECK_OK(apsfetch_outcome_free(outcome));
    fails(apsfetch_download_design(client, "dXJuOm5vbmU", NULL, "design", NULL, NULL, NULL, &outcome, &error),
          APSFETCH_E_NOT_FOUND);
    CHECK(outcome == NULL);
}

/* A bucket with "list/0" to "list/4" of 7 bytes and "hang", which never comes. */
static void objects(const apsfetch_client *client, char **argv)
{
    static const uint16_t folder[] = {'w', 'i', 'd', 'e', 0};
    apsfetch_object_filter *filter = NULL;
    apsfetch_plan *plan = NULL;
    apsfetch_outcome *outcome = NULL;
    watch seen = new_watch(1);
    size_t index, failed = 0;

    CHECK_OK(apsfetch_object_filter_new(&filter, &error));
    CHECK_OK(apsfetch_object_filter_set_prefix(filter, "list/", &error));
    CHECK_OK(apsfetch_object_filter_set_strip_prefix(filter, 1, &error));
    fails(apsfetch_object_filter_set_strip_prefix(filter, 2, &error), APSFETCH_E_INVALID_ARGUMENT);
    CHECK_OK(apsfetch_plan_objects_utf16(client, argv[0], filter, folder, NULL, &plan, &error));
    CHECK(apsfetch_plan_count(plan) == 5);
    CHECK(strcmp(apsfetch_plan_file_id(plan, 4), "list/4") == 0);
    CHECK(strcmp(apsfetch_plan_file_relative_path(plan, 4), "4") == 0);
    CHECK(apsfetch_plan_file_size(plan, 4) == 7 && apsfetch_plan_file_job_index(plan, 4) == 4);
    CHECK_OK(apsfetch_plan_free(plan));
    CHECK_OK(apsfetch_download_objects(client, argv[0], filter, "objects", NULL, NULL, NULL, NULL, &error));
    check_file("objects/3", "7 bytes");
    CHECK_OK(apsfetch_download_objects_utf16(client, argv[0], filter, folder, NULL, NULL, NULL, &outcome,
                                             &error));
    CHECK(apsfetch_outcome_count(outcome) == 5);
    CHECK_OK(apsfetch_outcome_free(outcome));
    CHECK_OK(apsfetch_object_filter_free(filter));

    /* The one that hangs is broken off. What has arrived stays, and the outcome is there all the same. */
    CHECK(apsfetch_download_objects(client, argv[0], NULL, "objects", on_progress, &seen, NULL, &outcome,
                                    &error) ==
          APSFETCH_E_CANCELLED);
    CHECK(strstr(apsfetch_error_message(error), " of 6 files failed") != NULL);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_outcome_count(outcome) == 6);
    for (index = 0; index < 6; index++) {
        if (apsfetch_outcome_file_status(outcome, index) != APSFETCH_FILE_FAILED) {
            CHECK(apsfetch_outcome_file_error(outcome, index, &error) == APSFETCH_OK && error == NULL);
            continue;
        }
        fails(apsfetch_outcome_file_error(outcome, index, &error), APSFETCH_E_CANCELLED);
        failed++;
    }
    CHECK(failed > 0);
    CHECK_OK(apsfetch_outcome_free(outcome));
}

int main(int argc, char **argv)
{
    apsfetch_client *client;

    CHECK(argc >= 5);
    client = make_client(argv[2], argv[3]);
    if (strcmp(argv[1], "manifests") == 0) {
        CHECK(argc == 8);
        manifests(client, argv + 4);
        /* It has freed the client. */
        return 0;
    }
    if (strcmp(argv[1], "listing") == 0)
        listing(client, argv + 4);
    else if (strcmp(argv[1], "design") == 0)
        design(client, argv + 4);
    else {
        CHECK(strcmp(argv[1], "objects") == 0);
        objects(client, argv + 4);
    }
    CHECK_OK(apsfetch_client_free(client));
    return 0;
}
