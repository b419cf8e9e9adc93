#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

// Stands for what the host does: it asks its own server, or its user.
static std::string get_token()
{
    std::cout << "a token, please\n";
    return std::getenv("APS_SANDBOX_TOKEN");
}

int main()
{
    using namespace std::chrono_literals;
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"));
    // ANCHOR: main
    // No token yet. A job then waits for one, here for five minutes, instead of failing.
    config.token_wait(5min);
    const apsfetch::client client(config);
    const auto job = client.start(apsfetch::request::object("apsfetch-sandbox-models", "house.rvt", "house.rvt"));
    while (!job.wait(100ms)) {
        // At the beginning, and whenever APS refuses the token: the job goes on where it was.
        if (job.progress().state == apsfetch::job_state::waiting_for_token)
            client.set_access_token(get_token());
    }
    std::cout << "house.rvt: " << job.item(0).bytes() << " bytes\n";
    // ANCHOR_END: main
}
