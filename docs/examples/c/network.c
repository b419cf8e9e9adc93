#include "common.h"

/* ANCHOR: main */
static apsfetch_client *client_for(const char *region)
{
    apsfetch_config *config = new_config();
    apsfetch_error *error = NULL;
    log_in(config, "data:read");
    must(apsfetch_config_set_region(config, region, &error), error);
    /* Trusted beside the system's own certificates: the firm's authority, or here the sandbox's. */
    must(apsfetch_config_set_ca_file(config, getenv("APS_CA_FILE"), &error), error);
    /* "http://user:password@proxy.firm.example:8080"; "" for none, whatever the environment says. */
    must(apsfetch_config_set_proxy(config, "", &error), error);
    must(apsfetch_config_set_connect_timeout_ms(config, 10 * 1000, &error), error);
    must(apsfetch_config_set_max_connections(config, 16, &error), error);
    must(apsfetch_config_set_user_agent(config, "MyPlugin/2.1", &error), error);
    return client_of(config);
}

int main(void)
{
    const char *regions[] = {"US", "EMEA"};
    const char *urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/Haus.rvt";
    size_t at, node;

    for (at = 0; at < 2; ++at) {
        apsfetch_client *client = client_for(regions[at]);
        apsfetch_manifest *manifest = NULL;
        const int32_t status = apsfetch_manifest_fetch(client, urn, NULL, &manifest, NULL);
        if (status != APSFETCH_OK)
            printf("%s: status %d\n", regions[at], (int)status);
        for (node = 0; node < apsfetch_manifest_node_count(manifest); ++node) {
            const char *derivative = apsfetch_manifest_node_urn(manifest, node);
            const apsfetch_request *requests[1];
            apsfetch_request *request = NULL;
            apsfetch_job *job = NULL;
            apsfetch_error *error = NULL;
            if (derivative == NULL)
                continue;
            must(apsfetch_request_new_derivative(urn, derivative, &request, &error), error);
            must(apsfetch_request_set_path(request, "Haus.obj", &error), error);
            requests[0] = request;
            must(apsfetch_download(client, requests, 1, NULL, NULL, &job, &error), error);
            printf("%s: Haus.obj, %llu bytes\n", regions[at],
                   (unsigned long long)apsfetch_job_item_bytes_done(job, 0));
            apsfetch_job_free(job);
            apsfetch_request_free(request);
        }
        apsfetch_manifest_free(manifest);
        apsfetch_client_free(client);
    }
    return 0;
}
/* ANCHOR_END: main */
