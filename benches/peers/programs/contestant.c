/*
 * Downloads what a list names, as a host program would: with the library's default settings.
 *
 *   contestant [--ca-file FILE] [--base-url URL] [--bucket KEY] LIST
 *
 * A line of LIST is SIZE, URL and path, with tabs between; a size of -1 is not told to the library. With --bucket the
 * second field is an object's key, which the library has signed; the token comes from APS_ACCESS_TOKEN.
 */
#include <apsfetch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, int32_t status, const apsfetch_error *error)
{
    const char *message = apsfetch_error_message(error);

    fprintf(stderr, "%s: %s\n", what, message != NULL ? message : apsfetch_status_text(status));
    return 1;
}

static int32_t add(char *line, const char *bucket, apsfetch_request **request, apsfetch_error **error)
{
    const char *size = strtok(line, "\t");
    const char *source = strtok(NULL, "\t");
    const char *path = strtok(NULL, "\t\n");
    int32_t status;

    if (size == NULL || source == NULL || path == NULL)
        return APSFETCH_E_INVALID_ARGUMENT;
    if (bucket != NULL)
        status = apsfetch_request_new_object(bucket, source, request, error);
    else
        status = apsfetch_request_new_url(source, request, error);
    /* That of an object comes with its signing. */
    if (status == APSFETCH_OK && bucket == NULL && size[0] != '-')
        status = apsfetch_request_set_size(*request, strtoull(size, NULL, 10), error);
    if (status == APSFETCH_OK)
        status = apsfetch_request_set_path(*request, path, error);
    return status;
}

int main(int argc, char **argv)
{
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;
    apsfetch_request **requests = NULL;
    apsfetch_error *error = NULL;
    const char *bucket = NULL, *list = NULL, *token = getenv("APS_ACCESS_TOKEN");
    char line[8192];
    size_t count = 0, room = 0, index;
    FILE *file;
    int32_t status;
    int at;

    if ((status = apsfetch_config_new(&config, &error)) != APSFETCH_OK)
        return fail("config", status, error);
    for (at = 1; at < argc && status == APSFETCH_OK; at++) {
        if (strcmp(argv[at], "--ca-file") == 0 && at + 1 < argc)
            status = apsfetch_config_set_ca_file(config, argv[++at], &error);
        else if (strcmp(argv[at], "--base-url") == 0 && at + 1 < argc)
            status = apsfetch_config_set_base_url(config, argv[++at], &error);
        else if (strcmp(argv[at], "--bucket") == 0 && at + 1 < argc)
            bucket = argv[++at];
        else
            list = argv[at];
    }
    if (status == APSFETCH_OK && token != NULL)
        status = apsfetch_config_set_access_token(config, token, &error);
    if (status == APSFETCH_OK)
        status = apsfetch_client_new(config, &client, &error);
    if (status != APSFETCH_OK)
        return fail("client", status, error);

    if (list == NULL || (file = fopen(list, "r")) == NULL)
        return fail("the list", APSFETCH_E_INVALID_ARGUMENT, NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        if (count == room) {
            room = room == 0 ? 64 : 2 * room;
            requests = realloc(requests, room * sizeof *requests);
            if (requests == NULL)
                return fail("memory", APSFETCH_E_RESOURCE, NULL);
        }
        if ((status = add(line, bucket, &requests[count], &error)) != APSFETCH_OK)
            return fail("a request", status, error);
        count++;
    }
    fclose(file);

    status = apsfetch_download(client, (const apsfetch_request *const *)requests, count, NULL, NULL, NULL, &error);
    if (status != APSFETCH_OK)
        return fail("download", status, error);
    for (index = 0; index < count; index++)
        apsfetch_request_free(requests[index]);
    free(requests);
    apsfetch_client_free(client);
    apsfetch_config_free(config);
    return 0;
}
