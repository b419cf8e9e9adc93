// An exception that leaves a callback cancels the operation and comes to whoever started it.
// Arguments: base URL, token, bucket, key of an object that hangs, URL that hangs, a file.
#include <stdexcept>
#include <string>

#include "setup.h"
#include "tasks.h"

static int32_t fail(const apsfetch_progress *, void *)
{
    throw std::runtime_error("out of the callback");
}

static int32_t fail_upload(uint64_t, uint64_t, void *)
{
    throw std::runtime_error("out of the callback");
}

int main(int argc, char **argv)
{
    CHECK(argc == 7);
    int before = first_tasks();
    apsfetch_client *client = make_client(argv[1], argv[2]);
    apsfetch_request *request = make_object(argv[3], argv[4]);
    CHECK(apsfetch_request_set_memory(request, 64 << 20, nullptr) == APSFETCH_OK);
    const apsfetch_request *requests[] = {request};
    std::string caught;

    try {
        apsfetch_download(client, requests, 1, fail, nullptr, nullptr, nullptr);
    } catch (const std::runtime_error &error) {
        caught = error.what();
    }
    CHECK(caught == "out of the callback");
    caught.clear();
    try {
        apsfetch_upload_result *result;
        apsfetch_upload(client, argv[5], argv[6], nullptr, fail_upload, nullptr, nullptr, &result, nullptr);
    } catch (const std::runtime_error &error) {
        caught = error.what();
    }
    CHECK(caught == "out of the callback");
    CHECK(apsfetch_request_free(request) == APSFETCH_OK);
    CHECK(apsfetch_client_free(client) == APSFETCH_OK);
    CHECK(settled_tasks(before) == before);
    return 0;
}
