// Uploads and waits for translations by polling, and the access token. Arguments: base URL, token, bucket, a URL that
// hangs, a file, URNs of a design that is translated soon and of one that never is.
#include "setup.hpp"

using apsfetch::status;
using std::chrono::milliseconds;

static void uploads(const apsfetch::client &client, char **argv)
{
    const auto size = std::filesystem::file_size(argv[5]);
    apsfetch::upload_options options;
    options.content_type("text/plain");
    const auto job = client.start_upload_object(argv[3], "polled", argv[5], &options);
    std::uint64_t sent = 0;
    while (!job.wait(milliseconds(5))) {
        const auto now = job.progress();
        CHECK(now.bytes_done >= sent && now.bytes_total == size && now.items_total == 1);
        sent = now.bytes_done;
    }
    CHECK(job.progress().bytes_done == size && job.progress().state == apsfetch::job_state::finished);
    CHECK(job.result().bytes() == size && job.result().object_key() == "polled");

    const auto url = client.create_signed_url(argv[3], "by url", apsfetch::access::write);
    const auto other = client.start_upload(std::string(url.text()), argv[5]);
    CHECK(other.wait() && other.result().bytes() == size);

    // Cancelled, and cancelled by its end.
    {
        const auto hanging = client.start_upload(argv[4], argv[5]);
        CHECK(!hanging.wait(milliseconds(20)) && hanging.try_result().status() == status::pending);
        hanging.cancel();
        CHECK(hanging.wait());
        CHECK(error_of([&] { hanging.result(); }).is_cancelled());
        const auto forgotten = client.start_upload(argv[4], argv[5]);
    }
    CHECK(client.try_start_upload(argv[4], "no such file").status() == status::file);
    CHECK(client.try_start_upload_object("?", "key", argv[5]).status() == status::invalid_argument);
}

static void watches(const apsfetch::client &client, char **argv)
{
    const auto watch = client.watch_manifest(argv[6]);
    while (watch.count() == 0)
        CHECK(!watch.wait(milliseconds(5)));
    CHECK(watch.latest().json().size() > 2);
    CHECK(watch.wait() && watch.state() == apsfetch::job_state::finished && watch.count() >= 2);
    CHECK(watch.result().status() == apsfetch::translation::success);

    const auto never = client.watch_manifest(argv[7]);
    CHECK(!never.wait(milliseconds(1)) && never.try_result().status() == status::pending);
    never.cancel();
    CHECK(never.wait() && never.try_result().status() == status::cancelled);
    const auto short_one = client.watch_manifest(argv[7], milliseconds(1));
    CHECK(short_one.wait() && short_one.try_result().status() == status::not_ready);
    CHECK(client.try_watch_manifest("").status() == status::invalid_argument);
}

int main(int argc, char **argv)
{
    CHECK(argc == 8);
    const apsfetch::client client = make_client(argv[1], argv[2]);
    uploads(client, argv);
    watches(client, argv);

    const auto token = client.access_token();
    CHECK(token.text() == argv[2] && !token.expires_in());
    CHECK(client.access_token().text() == argv[2]);
    const apsfetch::cancel_token cancelled;
    cancelled.cancel();
    CHECK(client.try_access_token(cancelled).status() == status::cancelled);
    const apsfetch::client nobody(apsfetch::config().base_url(argv[1]).proxy(""));
    CHECK(nobody.try_access_token().status() == status::auth);
    return 0;
}
