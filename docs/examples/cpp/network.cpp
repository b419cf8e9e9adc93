#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

// ANCHOR: main
static apsfetch::client client_for(const char *region)
{
    using namespace std::chrono_literals;
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"))
        .client_credentials(std::getenv("APS_CLIENT_ID"), std::getenv("APS_CLIENT_SECRET"), "data:read")
        .region(region)
        // Trusted beside the system's own certificates: the firm's authority, or here the sandbox's.
        .ca_file(std::getenv("APS_CA_FILE"))
        // "http://user:password@proxy.firm.example:8080"; "" for none, whatever the environment says.
        .proxy("")
        .connect_timeout(10s)
        .max_connections(16)
        .user_agent("MyPlugin/2.1");
    return apsfetch::client(config);
}

int main()
{
    const char *urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/Haus.rvt";
    for (const char *region : {"US", "EMEA"}) {
        const apsfetch::client client = client_for(region);
        const auto manifest = client.try_manifest(urn);
        if (!manifest) {
            std::cout << region << ": status " << static_cast<int>(manifest.error().status()) << '\n';
            continue;
        }
        for (const auto &node : manifest->nodes()) {
            if (!node.urn)
                continue;
            const auto file = client.download(apsfetch::request::derivative(urn, *node.urn, "Haus.obj"));
            std::cout << region << ": " << file.path().filename().string() << ", " << file.bytes() << " bytes\n";
        }
    }
}
// ANCHOR_END: main
