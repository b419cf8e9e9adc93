// Handles are moved and never copied, and each is freed once.
#include "setup.hpp"

template <class T> constexpr bool moves_only()
{
    return std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
           !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
}

static_assert(moves_only<apsfetch::client>() && moves_only<apsfetch::config>() && moves_only<apsfetch::request>());
static_assert(moves_only<apsfetch::job>() && moves_only<apsfetch::download_result>() && moves_only<apsfetch::login>());
static_assert(moves_only<apsfetch::signed_list>() && moves_only<apsfetch::oss_url>() && moves_only<apsfetch::manifest>());
static_assert(moves_only<apsfetch::plan>() && moves_only<apsfetch::outcome>() && moves_only<apsfetch::object_list>());
static_assert(moves_only<apsfetch::upload_result>() && moves_only<apsfetch::cancel_token>());

int main(int argc, char **argv)
{
    using apsfetch::request;
    using apsfetch::status;

    CHECK(argc == 4);
    apsfetch::client first = make_client(argv[1], argv[2]);
    apsfetch::client client = std::move(first);
    // The one that was moved from is empty, and says so instead of crashing.
    CHECK(!first && client);
    CHECK(first.try_manifest("urn").status() == status::invalid_handle);

    // Assigned over: the old handle is freed, the new one is not.
    request one = request::object(argv[3], "small").to_memory(100);
    request two = request::object(argv[3], "missing").to_memory(100);
    apsfetch_request *const was = two.get();
    two = std::move(one);
    CHECK(apsfetch_request_free(was) == APSFETCH_E_INVALID_HANDLE);
    CHECK(client.download(two).data() == "a few bytes");

    // Into itself, by way of a name the compiler does not see through.
    request &same = two;
    two = std::move(same);
    CHECK(two && client.download(two).bytes() == 11);

    // A scope's end frees, exactly once.
    apsfetch_request *inner;
    {
        const request scoped = request::object(argv[3], "small");
        inner = scoped.get();
    }
    CHECK(apsfetch_request_free(inner) == APSFETCH_E_INVALID_HANDLE);

    // Given away to the C interface, and taken back.
    apsfetch_request *raw = two.release();
    CHECK(!two);
    const request again = request::adopt(raw);
    CHECK(client.download(again).bytes() == 11);

    // Results outlive their job and their client.
    apsfetch::download_result result = client.download(again);
    auto job = client.start(again);
    CHECK(job.wait());
    auto other = job.item(0);
    job = client.start(again);
    client = make_client(argv[1], argv[2]);
    CHECK(result.data() == "a few bytes" && other.data() == "a few bytes");
    // The job's client ended under it.
    CHECK(job.wait() && job.count() == 1);
    return 0;
}
