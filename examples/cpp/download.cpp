// Downloads objects in one job, with a line of progress and a table of results.
//
//   download BUCKET KEY FILE [KEY FILE]...
//
// Who you are comes from the environment: APS_CLIENT_ID and APS_CLIENT_SECRET, or APS_ACCESS_TOKEN. APS_BASE_URL names
// a sandbox.
#include <apsfetch.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace {

volatile std::sig_atomic_t interrupted = 0;

std::optional<std::string> variable(const char *name)
{
    const char *value = std::getenv(name);
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

apsfetch::client make_client()
{
    apsfetch::config config;
    if (const auto url = variable("APS_BASE_URL"))
        config.base_url(*url);
    if (const auto token = variable("APS_ACCESS_TOKEN"))
        config.access_token(*token);
    else
        config.client_credentials(variable("APS_CLIENT_ID").value_or(""), variable("APS_CLIENT_SECRET").value_or(""),
                                  "data:read");
    return apsfetch::client(config);
}

bool show(const apsfetch::progress &now)
{
    std::cout << '\r' << now.bytes_done / 1000000 << " of " << now.bytes_total / 1000000 << " MB, "
              << now.items_finished << " of " << now.items_total << " files " << std::flush;
    return interrupted == 0;
}

int run(const std::vector<std::string> &arguments)
{
    std::vector<apsfetch::request> requests;
    for (std::size_t at = 1; at + 1 < arguments.size(); at += 2)
        requests.push_back(apsfetch::request::object(arguments[0], arguments[at], arguments[at + 1]));

    int failed = 0;
    const auto results = make_client().download(requests, show);
    std::cout << '\n';
    for (std::size_t at = 0; at < results.size(); ++at) {
        if (const auto &file = results[at]) {
            std::cout << file->path().filename().string() << ": " << file->bytes() << " bytes in "
                      << file->elapsed().count() << " ms\n";
        } else {
            std::cerr << arguments[1 + 2 * at] << ": " << file.error().what() << '\n';
            ++failed;
        }
    }
    return failed == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 3 || arguments.size() % 2 == 0) {
        std::cerr << "usage: download BUCKET KEY FILE [KEY FILE]...\n";
        return 2;
    }
    std::signal(SIGINT, [](int) { interrupted = 1; });
    try {
        return run(arguments);
    } catch (const apsfetch::error &error) {
        std::cerr << error.what() << '\n';
        if (error.request_id())
            std::cerr << "request " << *error.request_id() << '\n';
        return 1;
    }
}
