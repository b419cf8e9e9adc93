// Waits until a design is translated, and downloads all of it into a folder. What is there already and unchanged is
// not downloaded again.
//
//   design URN FOLDER
//
// APS_ACCESS_TOKEN is a token with the scope `data:read`; APS_BASE_URL names a sandbox.
#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

namespace {

const char *word_of(apsfetch::file_status status)
{
    switch (status) {
    case apsfetch::file_status::downloaded:
        return "downloaded";
    case apsfetch::file_status::unchanged:
        return "unchanged";
    case apsfetch::file_status::skipped:
        return "skipped";
    case apsfetch::file_status::failed:
        return "failed";
    case apsfetch::file_status::planned:
        break;
    }
    return "not over";
}

int run(const std::string &urn, const std::filesystem::path &folder)
{
    const char *token = std::getenv("APS_ACCESS_TOKEN");
    const char *url = std::getenv("APS_BASE_URL");
    apsfetch::config config;
    config.access_token(token != nullptr ? token : "");
    if (url != nullptr)
        config.base_url(url);
    const apsfetch::client client(config);

    const auto manifest =
        client.wait_manifest(urn, std::chrono::minutes(30), [](const apsfetch::manifest_view &now) {
            std::cout << now.progress().value_or("no progress yet") << '\n';
        });
    if (manifest.status() != apsfetch::translation::success)
        std::cout << "The translation ended with: " << manifest.status_text().value_or("nothing") << '\n';

    const auto plan = client.plan_design(manifest, folder);
    const auto job = client.start(plan);
    while (!job.wait(std::chrono::milliseconds(100)))
        std::cout << job.progress().bytes_done << " bytes\n";

    bool good = true;
    for (const auto &file : plan.record(job).files()) {
        std::cout << word_of(file.status) << ": " << file.id;
        if (file.error)
            std::cout << " (" << file.error->what() << ')';
        std::cout << '\n';
        good = good && !file.error;
    }
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: design URN FOLDER\n";
        return 2;
    }
    try {
        return run(argv[1], argv[2]);
    } catch (const apsfetch::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
