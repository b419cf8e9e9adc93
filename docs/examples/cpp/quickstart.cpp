// Downloads one object of a bucket: quickstart BUCKET KEY FILE
#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::cerr << "usage: quickstart BUCKET KEY FILE\n";
        return 2;
    }
    try {
        apsfetch::config config;
        if (const char *base = std::getenv("APS_BASE_URL"))
            config.base_url(base);
        // The library gets its token itself, and renews it.
        config.client_credentials(std::getenv("APS_CLIENT_ID"), std::getenv("APS_CLIENT_SECRET"), "data:read");
        const apsfetch::client client(config);

        // The callback runs on this thread, about ten times a second. One that returns false cancels.
        const auto file = client.download(
            apsfetch::request::object(argv[1], argv[2], argv[3]), [](const apsfetch::progress &now) {
                std::cerr << '\r' << now.bytes_done << " of " << now.bytes_total << " bytes";
            });
        std::cerr << '\n';
        std::cout << file.path().string() << ": " << file.bytes() << " bytes, verified by "
                  << (file.verification() == apsfetch::verification::sha1 ? "SHA-1" : "size") << '\n';
    } catch (const apsfetch::error &error) {
        std::cerr << apsfetch::text_of(error.status()) << ": " << error.what() << '\n';
        return 1;
    }
}
