#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

int main()
{
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"))
        .client_credentials(std::getenv("APS_CLIENT_ID"), std::getenv("APS_CLIENT_SECRET"), "data:read");
    const apsfetch::client client(config);
    // ANCHOR: main
    using apsfetch::request;
    const auto requests = apsfetch::requests(
        request::object("apsfetch-sandbox-models", "house.rvt", "house.rvt"),
        request::object("apsfetch-sandbox-files", "folder/sub folder/nested.bin", "nested.bin"),
        request::object("apsfetch-sandbox-files", "no such object", "missing.bin"),
        request::object("apsfetch-sandbox-files", "notes.txt").to_memory(1 << 20));
    const char *names[] = {"house.rvt", "nested.bin", "missing.bin", "notes.txt"};

    // One job. That one item fails does not stop the others: each has a result or its error.
    const auto results = client.download(requests);
    for (std::size_t at = 0; at < results.size(); ++at) {
        std::cout << names[at] << ": ";
        if (!results[at])
            std::cout << "status " << static_cast<int>(results[at].error().status()) << '\n'; // what() says what to do
        else if (results[at]->path().empty())
            std::cout << results[at]->data();
        else
            std::cout << results[at]->bytes() << " bytes\n";
    }
    // ANCHOR_END: main
}
