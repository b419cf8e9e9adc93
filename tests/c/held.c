/* What hosts do in the worst moment: fork while jobs run, free a client under its jobs, and callbacks that use the
   library, cancel, free, and take their time. Arguments: base URL, token, bucket, keys of an object and of one that
   hangs, and how often to fork. */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "setup.h"
#include "tasks.h"

static char **arguments;

static apsfetch_request *make_memory(const char *key)
{
    apsfetch_request *request = make_object(arguments[3], key);

    CHECK(apsfetch_request_set_memory(request, 64 << 20, NULL) == APSFETCH_OK);
    return request;
}

/* A whole life of the library. */
static void download(void)
{
    apsfetch_client *client = make_client(arguments[1], arguments[2]);
    apsfetch_request *request = make_memory(arguments[4]);
    apsfetch_job *job = start(client, request);
    apsfetch_result *result = wait_for_result(job);

    CHECK(apsfetch_result_bytes(result) > 0);
    CHECK(apsfetch_result_free(result) == APSFETCH_OK);
    CHECK(apsfetch_job_free(job) == APSFETCH_OK);
    CHECK(apsfetch_request_free(request) == APSFETCH_OK);
    CHECK(apsfetch_client_free(client) == APSFETCH_OK);
}

/* All handles of the parent, its running job among them, are of another process, and freeing them does nothing. */
static void in_child(apsfetch_client *client, apsfetch_job *job, apsfetch_request *request)
{
    const apsfetch_request *requests[1];
    apsfetch_progress progress = APSFETCH_PROGRESS_INIT;
    apsfetch_job *none = NULL;

    requests[0] = request;
    /* A wait for a thread that is not in this process would be for ever. */
    alarm(20);
    CHECK(apsfetch_job_wait(job, APSFETCH_NO_LIMIT, NULL) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_job_cancel(job, NULL) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_job_progress(job, &progress, NULL) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_job_start(client, requests, 1, &none, NULL) == APSFETCH_E_WRONG_PROCESS && none == NULL);
    CHECK(apsfetch_download(client, requests, 1, NULL, NULL, NULL, NULL) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_job_free(job) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_request_free(request) == APSFETCH_E_WRONG_PROCESS);
    CHECK(apsfetch_client_free(client) == APSFETCH_E_WRONG_PROCESS);
    download();
    /* As a program ends that knows nothing of all this: with what runs at exit. */
    exit(0);
}

static void fork_under_way(int times)
{
    apsfetch_client *client = make_client(arguments[1], arguments[2]);
    /* Of its own: a job that hangs keeps the connections of its client. */
    apsfetch_client *other = make_client(arguments[1], arguments[2]);
    apsfetch_request *hanging = make_memory(arguments[5]);
    apsfetch_job *job = start(client, hanging);
    int i;

    for (i = 0; i < times; i++) {
        /* Fetched by workers that take and give locks in just this moment. */
        apsfetch_request *request = make_memory(arguments[4]);
        apsfetch_job *busy = start(other, request);
        int status;
        pid_t child;

        usleep((useconds_t)(i % 5) * 700);
        child = fork();
        if (child == 0)
            in_child(client, job, hanging);
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        /* The parent noticed nothing. */
        CHECK(apsfetch_job_wait(busy, APSFETCH_NO_LIMIT, NULL) == APSFETCH_OK);
        {
            apsfetch_result *result = wait_for_result(busy);

            CHECK(apsfetch_result_bytes(result) > 0);
            CHECK(apsfetch_result_free(result) == APSFETCH_OK);
        }
        CHECK(apsfetch_job_free(busy) == APSFETCH_OK);
        CHECK(apsfetch_request_free(request) == APSFETCH_OK);
    }
    CHECK(apsfetch_job_free(job) == APSFETCH_OK);
    CHECK(apsfetch_request_free(hanging) == APSFETCH_OK);
    CHECK(apsfetch_client_free(other) == APSFETCH_OK);
    CHECK(apsfetch_client_free(client) == APSFETCH_OK);
}

static void *free_client(void *client)
{
    CHECK(apsfetch_client_free(client) == APSFETCH_OK);
    return NULL;
}

/* The client goes at any moment of its jobs; each of them ends, and says how. */
static void free_under_jobs(int times)
{
    int i, k;

    for (i = 0; i < times; i++) {
        apsfetch_client *client = make_client(arguments[1], arguments[2]);
        apsfetch_request *requests[2];
        apsfetch_job *jobs[2];
        pthread_t thread;

        requests[0] = make_memory(arguments[4]);
        requests[1] = make_memory(arguments[5]);
        for (k = 0; k < 2; k++)
            jobs[k] = start(client, requests[k]);
        usleep((useconds_t)(i % 20) * 300);
        CHECK(pthread_create(&thread, NULL, free_client, client) == 0);
        for (k = 0; k < 2; k++) {
            apsfetch_result *result = NULL;
            int32_t status;

            CHECK(apsfetch_job_wait(jobs[k], APSFETCH_NO_LIMIT, NULL) == APSFETCH_OK);
            status = apsfetch_job_result(jobs[k], 0, &result, NULL);
            CHECK(status == APSFETCH_E_CANCELLED || (k == 0 && status == APSFETCH_OK));
            CHECK(apsfetch_result_free(result) == APSFETCH_OK);
        }
        CHECK(pthread_join(thread, NULL) == 0);
        for (k = 0; k < 2; k++) {
            CHECK(apsfetch_job_free(jobs[k]) == APSFETCH_OK);
            CHECK(apsfetch_request_free(requests[k]) == APSFETCH_OK);
        }
    }
}

typedef struct {
    int calls;
    apsfetch_client *client;
    apsfetch_request *request;
} caller;

/* A callback that does all of what it may: another download, from within this one. */
static int32_t use_it_all(const apsfetch_progress *progress, void *user_data)
{
    caller *mine = user_data;
    apsfetch_job *job;
    apsfetch_result *result;
    const apsfetch_request *requests[1];
    apsfetch_request *inner;

    CHECK(progress->struct_size == sizeof *progress);
    if (mine->calls++ > 0)
        return 1;
    /* Longer than any lock may be held: the job goes on meanwhile, and other threads too. */
    usleep(300 * 1000);
    inner = make_memory(arguments[4]);
    requests[0] = inner;
    job = start(mine->client, inner);
    result = wait_for_result(job);
    CHECK(apsfetch_result_free(result) == APSFETCH_OK);
    CHECK(apsfetch_job_free(job) == APSFETCH_OK);
    {
        /* Its own callback cancels it, unless it is over by then. */
        int32_t status = apsfetch_download(mine->client, requests, 1, use_it_all, mine, NULL, NULL);

        CHECK(status == APSFETCH_OK || status == APSFETCH_E_CANCELLED);
    }
    CHECK(apsfetch_request_free(inner) == APSFETCH_OK);
    /* The request of the download that is under way. */
    CHECK(apsfetch_request_free(mine->request) == APSFETCH_OK);
    return 0;
}

static void call_back(void)
{
    caller mine = {0, make_client(arguments[1], arguments[2]), make_memory(arguments[5])};
    /* Of its own, as above. */
    apsfetch_client *hanging = make_client(arguments[1], arguments[2]);
    const apsfetch_request *requests[1];
    apsfetch_error *error = NULL;

    requests[0] = mine.request;
    CHECK(apsfetch_download(hanging, requests, 1, use_it_all, &mine, NULL, &error) == APSFETCH_E_CANCELLED);
    CHECK(mine.calls >= 3);
    CHECK_OK(apsfetch_error_free(error));
    CHECK(apsfetch_client_free(hanging) == APSFETCH_OK);
    CHECK(apsfetch_client_free(mine.client) == APSFETCH_OK);
}

/* As many threads at once as a host may have, each with a life of its own. */
static void *live(void *unused)
{
    download();
    return unused;
}

int main(int argc, char **argv)
{
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    int before, i, forks;

    CHECK(argc == 7);
    arguments = argv;
    forks = atoi(argv[6]);
    /* A hang is a failure too. */
    alarm(240);
    before = first_tasks();
    if (forks > 0)
        fork_under_way(forks);
    free_under_jobs(40);
    call_back();
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, live, NULL) == 0);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(settled_tasks(before) == before);
    return 0;
}
