/* The library is loaded, used and unloaded directly after the last free, many times: threads, descriptors and memory stay
   as they were. Nothing links it here. Arguments: library, base URL, token, bucket, key of an object, rounds. */
#include <apsfetch.h>
#include <string.h>

#include "tasks.h"

/* A function of the library under its own type; ISO C has no cast from void * to it. */
#define LOAD(name)                                                                        \
    do {                                                                                  \
        void *symbol = find_symbol(library, "apsfetch_" #name);                                 \
        CHECK(symbol != NULL && sizeof symbol == sizeof name);                            \
        memcpy(&name, &symbol, sizeof name);                                              \
    } while (0)

static char **arguments;

/* Every how many rounds something is downloaded; the others make a client and a request, and ask for nothing. */
enum { DOWNLOADS = 10 };
static int round_number;

/* What a round with a download may leave behind, in bytes. rayon's queues keep 4 KiB for each thread for ever, which are
   lost with the library; there are as many threads as connections, and two more. */
enum { CONNECTIONS = 4, LEFT_IN_A_DOWNLOAD = (CONNECTIONS + 2) * 6 * 1024 };

static void *use(void *library)
{
    int32_t (*config_new)(apsfetch_config **, apsfetch_error **);
    int32_t (*config_set_base_url)(apsfetch_config *, const char *, apsfetch_error **);
    int32_t (*config_set_access_token)(apsfetch_config *, const char *, apsfetch_error **);
    int32_t (*config_set_proxy)(apsfetch_config *, const char *, apsfetch_error **);
    int32_t (*client_new)(const apsfetch_config *, apsfetch_client **, apsfetch_error **);
    int32_t (*request_new_object)(const char *, const char *, apsfetch_request **, apsfetch_error **);
    int32_t (*request_set_memory)(apsfetch_request *, uint64_t, apsfetch_error **);
    int32_t (*download)(const apsfetch_client *, const apsfetch_request *const *, size_t,
                        apsfetch_progress_callback, void *, apsfetch_job **, apsfetch_error **);
    int32_t (*config_set_max_connections)(apsfetch_config *, uint32_t, apsfetch_error **);
    int32_t (*config_free)(apsfetch_config *);
    int32_t (*client_free)(apsfetch_client *);
    int32_t (*request_free)(apsfetch_request *);
    apsfetch_config *config = NULL;
    apsfetch_client *client = NULL;
    apsfetch_request *request = NULL;
    const apsfetch_request *requests[1];

    LOAD(config_new);
    LOAD(config_set_base_url);
    LOAD(config_set_access_token);
    LOAD(config_set_proxy);
    LOAD(client_new);
    LOAD(request_new_object);
    LOAD(request_set_memory);
    LOAD(download);
    LOAD(config_set_max_connections);
    LOAD(config_free);
    LOAD(client_free);
    LOAD(request_free);
    CHECK(config_new(&config, NULL) == APSFETCH_OK);
    CHECK(config_set_base_url(config, arguments[2], NULL) == APSFETCH_OK);
    CHECK(config_set_access_token(config, arguments[3], NULL) == APSFETCH_OK);
    CHECK(config_set_proxy(config, "", NULL) == APSFETCH_OK);
    CHECK(config_set_max_connections(config, CONNECTIONS, NULL) == APSFETCH_OK);
    CHECK(client_new(config, &client, NULL) == APSFETCH_OK);
    CHECK(request_new_object(arguments[4], arguments[5], &request, NULL) == APSFETCH_OK);
    CHECK(request_set_memory(request, 64 << 20, NULL) == APSFETCH_OK);
    requests[0] = request;
    if (round_number % DOWNLOADS == 0)
        CHECK(download(client, requests, 1, NULL, NULL, NULL, NULL) == APSFETCH_OK);
    CHECK(request_free(request) == APSFETCH_OK);
    CHECK(config_free(config) == APSFETCH_OK);
    CHECK(client_free(client) == APSFETCH_OK);
    return NULL;
}

static void *load(void)
{
    void *library = load_library(arguments[1]);

    CHECK(library != NULL);
    return library;
}

int main(int argc, char **argv)
{
    int before = first_tasks();
    int round, rounds, descriptors = 0;
    size_t memory = 0;

    CHECK(argc == 7);
    arguments = argv;
    rounds = atoi(argv[6]);
    for (round = 0; round < rounds; round++) {
        void *library = load();
        pthread_t thread;

        round_number = round;
        /* The first rounds grow the heap to what it needs. */
        if (round == rounds / 10) {
            memory = used_memory();
            descriptors = count_descriptors();
        }

        /* On a thread that has ended, because some C libraries keep a library loaded as long as a thread lives
           that has something to clean up for it. This way it is gone for certain. */
        CHECK(pthread_create(&thread, NULL, use, library) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(unload_library(library) == 0);
        CHECK(!is_loaded(argv[1]));
        CHECK(settled_tasks(before) == before);
    }
    printf("%d rounds left %ld KiB\n", rounds - rounds / 10, ((long)used_memory() - (long)memory) / 1024);
    CHECK(used_memory() <= memory + (size_t)(rounds / DOWNLOADS) * LEFT_IN_A_DOWNLOAD);
    CHECK(count_descriptors() == descriptors);
    /* And on one that lives on. */
    for (round = 0; round < rounds / 10; round++) {
        void *library = load();

        use(library);
        CHECK(unload_library(library) == 0);
    }
    CHECK(settled_tasks(before) == before);
    return 0;
}
