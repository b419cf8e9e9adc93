// What a callback throws comes to the caller when the work is over; false, tokens and stop tokens cancel.
#include "setup.hpp"

#include <functional>
#include <stdexcept>

// Arguments: base URL, token, bucket, hanging URL, a file, URN that is never translated.
int main(int argc, char **argv)
{
    using apsfetch::request;
    using apsfetch::status;

    CHECK(argc == 7);
    const apsfetch::client client = make_client(argv[1], argv[2]);
    const auto hanging = request::object(argv[3], "hang").to_memory(100);
    const auto caught = [](auto call) {
        try {
            call();
        } catch (const std::runtime_error &error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    const auto fail = [](const auto &...) { throw std::runtime_error("out of the callback"); };

    CHECK(caught([&] { (void)client.download(hanging, fail); }) == "out of the callback");
    CHECK(caught([&] { (void)client.try_download(hanging, fail); }) == "out of the callback");
    CHECK(caught([&] { (void)client.try_upload(argv[4], argv[5], nullptr, fail); }) == "out of the callback");
    CHECK(caught([&] { (void)client.try_wait_manifest(argv[6], apsfetch::no_limit, fail); }) == "out of the callback");
    CHECK(caught([&] { (void)client.try_download_objects(argv[3], "folder", nullptr, fail); }) ==
          "out of the callback");

    // False cancels, whether from a lambda, a `std::function` or a mutable object.
    CHECK(client.try_download(hanging, [](const apsfetch::progress &) { return false; }).error().is_cancelled());
    std::function<bool(const apsfetch::progress &)> function = [](const apsfetch::progress &now) {
        return now.items_total != 1;
    };
    CHECK(client.try_download(hanging, function).status() == status::cancelled);
    int calls = 0;
    auto second = [&calls, own = 0](std::uint64_t, std::uint64_t) mutable { return ++calls, ++own < 2; };
    CHECK(client.try_upload(argv[4], argv[5], nullptr, second).status() == status::cancelled && calls >= 2);
    const auto outcome =
        client.download_objects(argv[3], "folder", nullptr, [](const apsfetch::progress &) { return false; });
    CHECK(outcome.size() == 2);

    // The last call tells the end.
    apsfetch::progress last;
    const auto small = request::object(argv[3], "small").to_memory(100);
    CHECK(client.download(small, [&](const apsfetch::progress &now) { last = now; }).bytes() == 11);
    CHECK(last.state == apsfetch::job_state::finished && last.bytes_done == 11 && last.items_finished == 1);

    // A token ends the waits of other threads, those under way and those to come.
    {
        const apsfetch::cancel_token token;
        std::thread stopper;
        const auto cancelled = client.try_download(
            hanging,
            [&](const apsfetch::progress &) {
                if (!stopper.joinable())
                    stopper = std::thread([&] { token.cancel(); });
            },
            token);
        stopper.join();
        CHECK(cancelled.error().is_cancelled() && token.is_cancelled());
        CHECK(client.try_manifest(argv[6], token).status() == status::cancelled);
        CHECK(client.try_list_objects(argv[3], nullptr, token).status() == status::cancelled);
    }
#ifdef __cpp_lib_jthread
    {
        std::stop_source source;
        std::thread stopper;
        const auto cancelled = client.try_wait_manifest(
            argv[6], apsfetch::no_limit,
            [&](const apsfetch::manifest_view &) { stopper = std::thread([&] { source.request_stop(); }); },
            source.get_token());
        stopper.join();
        CHECK(cancelled.status() == status::cancelled);
        CHECK(client.try_download(hanging, {}, source.get_token()).status() == status::cancelled);
        CHECK(client.download(small, {}, std::stop_token()).bytes() == 11);
        std::puts("stop token");
    }
#endif
    // A job is cancelled by its end.
    {
        const auto job = client.start(hanging);
        CHECK(!job.wait(std::chrono::milliseconds(0)));
        CHECK(job.try_item(0).status() == status::pending);
    }
    return 0;
}
