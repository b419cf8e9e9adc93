#include <algorithm>
#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

// How many files of a folder's outcome have this status.
static std::size_t count(const apsfetch::outcome &outcome, apsfetch::file_status status)
{
    const auto files = outcome.files();
    return static_cast<std::size_t>(
        std::count_if(files.begin(), files.end(), [&](const auto &file) { return file.status == status; }));
}

int main()
{
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"))
        .client_credentials(std::getenv("APS_CLIENT_ID"), std::getenv("APS_CLIENT_SECRET"), "data:read");
    const apsfetch::client client(config);
    // ANCHOR: main
    const char *urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/house.rvt";
    // At the most half an hour until the translation is over; called with each manifest that APS sends.
    const auto manifest = client.wait_manifest(urn, std::chrono::minutes(30), [](const apsfetch::manifest_view &now) {
        std::cerr << now.progress().value_or("no progress yet") << '\n';
    });
    if (manifest.status() == apsfetch::translation::success)
        std::cout << "translated\n";

    // Derivatives of these types; without a filter all that can be downloaded.
    apsfetch::design_filter some;
    some.add_output_type("mtl").add_output_type("ifc");
    const auto house = client.download_design(urn, "house", &some);
    std::cout << count(house, apsfetch::file_status::downloaded) << " in the folder \"house\"\n";

    // All objects whose key begins with "folder/", without that in their names.
    apsfetch::object_filter below;
    below.prefix("folder/").strip_prefix(true);
    const auto files = client.download_objects("apsfetch-sandbox-files", "files", &below);
    std::cout << count(files, apsfetch::file_status::downloaded) << " in the folder \"files\"\n";

    // Again: what has not changed on either side is left alone.
    const auto again = client.download_design(urn, "house", &some);
    if (count(again, apsfetch::file_status::unchanged) == again.size())
        std::cout << "nothing new\n";
    // ANCHOR_END: main
}
