#include "common.h"

int main(void)
{
    const apsfetch_request *requests[1];
    apsfetch_client *client = client_of(new_config());
    apsfetch_login *login = NULL;
    apsfetch_job *job = NULL;
    apsfetch_result *result = NULL;
    apsfetch_text *secret = NULL;
    apsfetch_error *error = NULL;

    /* ANCHOR: main */
    /* Port 0 is any free one, which only the sandbox takes. For APS it is the one that is registered for the app. */
    must(apsfetch_login_start(client, getenv("APS_PUBLIC_CLIENT_ID"), "data:read", NULL, 0, NULL, 10 * 60 * 1000,
                              &login, &error), error);
    printf("Open %s\n", apsfetch_login_authorize_url(login)); /* a plug-in opens the browser itself */
    fflush(stdout);
    must(apsfetch_login_wait(login, APSFETCH_NO_LIMIT, NULL, &error), error);
    printf("logged in for %s\n", apsfetch_login_scopes(login));
    apsfetch_login_free(login);

    requests[0] = object_to("apsfetch-sandbox-models", "house.rvt", "house.rvt");
    must(apsfetch_download(client, requests, 1, NULL, NULL, &job, &error), error);
    must(apsfetch_job_result(job, 0, &result, &error), error);
    printf("house.rvt: %llu bytes\n", (unsigned long long)apsfetch_result_bytes(result));

    /* Kept in a safe place, it lets the next run begin with apsfetch_config_set_refresh_token and no browser. */
    must(apsfetch_client_refresh_token(client, &secret, &error), error);
    /* ANCHOR_END: main */
    apsfetch_text_free(secret);
    apsfetch_result_free(result);
    apsfetch_job_free(job);
    apsfetch_request_free((apsfetch_request *)requests[0]);
    apsfetch_client_free(client);
    return 0;
}
