// Errors say all they know, thrown or returned.
#include "setup.hpp"

int main(int argc, char **argv)
{
    using apsfetch::request;
    using apsfetch::status;

    CHECK(argc == 4);
    CHECK(apsfetch::abi_matches() && !apsfetch::version().empty());
    CHECK(apsfetch::text_of(status::cancelled).size() > 3);
    const apsfetch::client client = make_client(argv[1], argv[2]);

    // Thrown and returned are the same.
    const auto missing =
        request::object(argv[3], "missing").to_memory(1 << 20).signing(apsfetch::signing::signed_s3_download);
    const auto thrown = error_of([&] { (void)client.download(missing); });
    const auto returned = client.try_download(missing);
    CHECK(!returned && returned.status() == status::not_found);
    CHECK(thrown.status() == status::not_found && thrown.http_status() == 404);
    CHECK(returned.error().message() == thrown.what() && thrown.message().find("missing") != std::string::npos);
    CHECK(!thrown.retry_after() && !thrown.is_cancelled());
    CHECK(error_of([&] { (void)returned.value(); }).status() == status::not_found);
    static_assert(std::is_nothrow_copy_constructible_v<apsfetch::error>);

    // What the service asked for, and its id for the request.
    const auto limited = client.try_manifest("urn:limited");
    CHECK(limited.status() == status::rate_limited && limited.error().http_status() == 429);
    CHECK(limited.error().retry_after() == std::chrono::hours(1));
    CHECK(limited.error().request_id() == "the-request");

    // A setter that fails throws and changes nothing.
    auto object = request::object(argv[3], "small");
    CHECK(error_of([&] { object.sha1("not hex"); }).status() == status::invalid_argument);
    CHECK(client.download(object.to_memory(100)).data() == "a few bytes");
    apsfetch::config config;
    CHECK(error_of([&] { config.connect_timeout(std::chrono::hours(24 * 365)); }).status() == status::invalid_argument);
    CHECK(error_of([&] { config.connect_timeout(std::chrono::seconds(-1)); }).status() == status::invalid_argument);
    CHECK(error_of([&] { (void)request::derivative("", ""); }).status() == status::invalid_argument);
    CHECK(error_of([&] { object.minutes_expiration(std::chrono::minutes(-1)); }).status() == status::invalid_argument);

    // Neither a text nor a path is cut off at a NUL.
    CHECK(error_of([&] { (void)request::object(argv[3], std::string("small\0er", 8)); }).status() ==
          status::invalid_argument);
    CHECK(error_of([&] { object.to_file(std::string("one\0two", 7)); }).status() == status::invalid_argument);

    // One that fails does not stop the other.
    std::vector<request> requests;
    requests.push_back(request::object(argv[3], "missing", "missing.bin"));
    requests.push_back(request::object(argv[3], "small", "small.bin"));
    const auto results = client.download(requests);
    CHECK(results.size() == 2 && results[0].status() == status::refused);
    CHECK(results[1] && results[1]->bytes() == 11 && read("small.bin") == "a few bytes");
    CHECK(results[1]->path() == std::filesystem::current_path() / "small.bin");
    CHECK(client.download(std::vector<request>()).empty());

    // An item that is not over, and an index that is none.
    const auto job = client.start(std::vector<request>());
    CHECK(job.wait() && job.count() == 0);
    CHECK(job.try_item(0).status() == status::invalid_argument);
    return 0;
}
