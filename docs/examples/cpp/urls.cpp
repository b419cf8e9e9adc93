#include <apsfetch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>

int main()
{
    std::ofstream("hello.txt") << "Hello, APS!\n";
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"))
        .client_credentials(std::getenv("APS_CLIENT_ID"), std::getenv("APS_CLIENT_SECRET"), "data:read data:write");
    const apsfetch::client client(config);
    // ANCHOR: main
    using apsfetch::request;
    const char *bucket = "apsfetch-sandbox-models";
    // Everything to fetch a file by other means. URL and cookies are secrets for as long as they work.
    const auto list = client.sign(request::object(bucket, "house.rvt"));
    const auto house = list[0];
    house.must(); // throws what this item failed with: each has a status of its own
    std::cout << "house.rvt: " << house.size().value_or(0) << " bytes, " << house.cookies().size() << " cookies, "
              << (house.sha1() ? "with" : "without") << " a SHA-1\n";

    // A file becomes an object.
    const auto stored = client.upload_object(bucket, "hello.txt", "hello.txt");
    std::cout << "uploaded: " << stored.object_id().value_or("") << '\n';

    // A URL for somebody who has no token: to read, for 10 minutes, once.
    apsfetch::signed_url_options once;
    once.minutes_expiration = std::chrono::minutes(10);
    once.single_use = true;
    const auto url = client.create_signed_url(bucket, "hello.txt", apsfetch::access::read, once);

    // What that somebody does.
    const auto file = client.download(request::url(std::string(url.text())).single_use(true).to_memory(1 << 20));
    std::cout << "read back: " << file.data();
    // ANCHOR_END: main
}
