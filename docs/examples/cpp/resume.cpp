#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

int main()
{
    using namespace std::chrono_literals;
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"))
        .client_credentials(std::getenv("APS_CLIENT_ID"), std::getenv("APS_CLIENT_SECRET"), "data:read");
    const apsfetch::client client(config);
    // ANCHOR: main
    const auto request = apsfetch::request::object("apsfetch-sandbox-files", "medium.bin", "medium.bin");
    const auto job = client.start(request);
    // A timer or an idling event of a user interface would ask with a limit of 0.
    while (!job.wait(100ms)) {
        const apsfetch::progress now = job.progress();
        std::cerr << '\r' << now.bytes_done << " of " << now.bytes_total << " bytes";
        if (now.bytes_done > 4'000'000) // the user has changed their mind
            job.cancel();
    }
    const auto first = job.try_item(0);
    if (!first && first.error().is_cancelled())
        std::cout << "cancelled\n";

    // The same source to the same target, now or after another start of the program: it goes on.
    const auto file = client.download(request);
    std::cout << file.bytes() << " bytes, " << (file.resumed_bytes() > 0 ? "not all of them" : "all")
              << " in the second run\n";
    // ANCHOR_END: main
}
