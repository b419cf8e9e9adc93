/* After the last free no thread of the library is alive. Arguments: base URL, token, bucket, key of an object,
   and of one that hangs. */
#include "setup.h"
#include "tasks.h"

int main(int argc, char **argv)
{
    int before = first_tasks();
    int round;

    CHECK(argc == 6);
    for (round = 0; round < 5; round++) {
        apsfetch_error *error = NULL;
        apsfetch_client *client = make_client(argv[1], argv[2]);
        apsfetch_request *request = make_object(argv[3], argv[4]);
        apsfetch_request *hanging = make_object(argv[3], argv[5]);
        apsfetch_job *job, *broken_off;
        apsfetch_result *result;

        CHECK_OK(apsfetch_request_set_memory(request, 64 << 20, &error));
        CHECK_OK(apsfetch_request_set_memory(hanging, 64 << 20, &error));
        CHECK(count_tasks() == before);
        broken_off = start(client, hanging);
        job = start(client, request);
        result = wait_for_result(job);
        CHECK(count_tasks() > before);
        CHECK_OK(apsfetch_result_free(result));
        CHECK_OK(apsfetch_request_free(request));
        CHECK_OK(apsfetch_request_free(hanging));
        /* In either order. */
        if (round % 2 == 0) {
            CHECK_OK(apsfetch_job_free(job));
            CHECK_OK(apsfetch_job_free(broken_off));
            CHECK_OK(apsfetch_client_free(client));
        } else {
            CHECK_OK(apsfetch_client_free(client));
            CHECK_OK(apsfetch_job_free(job));
            CHECK_OK(apsfetch_job_free(broken_off));
        }
        CHECK(settled_tasks(before) == before);
    }
    return 0;
}
