#include "common.h"

/* How many files of a folder's outcome have this status. */
static size_t count(const apsfetch_outcome *outcome, int32_t status)
{
    size_t at, found = 0;
    for (at = 0; at < apsfetch_outcome_count(outcome); ++at)
        found += apsfetch_outcome_file_status(outcome, at) == status;
    return found;
}

/* ANCHOR: main */
/* Called with each manifest that APS sends. */
static int32_t tell(const apsfetch_manifest *manifest, void *user_data)
{
    const char *progress = apsfetch_manifest_progress(manifest);
    (void)user_data;
    fprintf(stderr, "%s\n", progress != NULL ? progress : "no progress yet");
    return 0;
}

int main(void)
{
    const char *urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/house.rvt";
    apsfetch_config *config = new_config();
    apsfetch_client *client;
    apsfetch_manifest *manifest = NULL;
    apsfetch_design_filter *some = NULL;
    apsfetch_object_filter *below = NULL;
    apsfetch_outcome *outcome = NULL;
    apsfetch_error *error = NULL;

    log_in(config, "data:read");
    client = client_of(config);

    /* At the most half an hour until the translation is over. */
    must(apsfetch_manifest_wait(client, urn, 30 * 60 * 1000, tell, NULL, NULL, &manifest, &error), error);
    if (apsfetch_manifest_status(manifest) == APSFETCH_TRANSLATION_SUCCESS)
        printf("translated\n");

    /* Derivatives of these types; NULL instead of a filter means all that can be downloaded. */
    must(apsfetch_design_filter_new(&some, &error), error);
    must(apsfetch_design_filter_add_output_type(some, "mtl", &error), error);
    must(apsfetch_design_filter_add_output_type(some, "ifc", &error), error);
    must(apsfetch_download_design(client, urn, some, "house", NULL, NULL, NULL, &outcome, &error), error);
    printf("%u in the folder \"house\"\n", (unsigned)count(outcome, APSFETCH_FILE_DOWNLOADED));
    apsfetch_outcome_free(outcome);

    /* All objects whose key begins with "folder/", without that in their names. */
    must(apsfetch_object_filter_new(&below, &error), error);
    must(apsfetch_object_filter_set_prefix(below, "folder/", &error), error);
    must(apsfetch_object_filter_set_strip_prefix(below, 1, &error), error);
    must(apsfetch_download_objects(client, "apsfetch-sandbox-files", below, "files", NULL, NULL, NULL, &outcome,
                                   &error), error);
    printf("%u in the folder \"files\"\n", (unsigned)count(outcome, APSFETCH_FILE_DOWNLOADED));
    apsfetch_outcome_free(outcome);

    /* Again: what has not changed on either side is left alone. */
    must(apsfetch_download_design(client, urn, some, "house", NULL, NULL, NULL, &outcome, &error), error);
    if (count(outcome, APSFETCH_FILE_UNCHANGED) == apsfetch_outcome_count(outcome))
        printf("nothing new\n");
    /* ANCHOR_END: main */
    apsfetch_outcome_free(outcome);
    apsfetch_object_filter_free(below);
    apsfetch_design_filter_free(some);
    apsfetch_manifest_free(manifest);
    apsfetch_client_free(client);
    return 0;
}
