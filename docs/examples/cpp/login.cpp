#include <apsfetch.hpp>
#include <cstdlib>
#include <iostream>

int main()
{
    apsfetch::config config;
    config.base_url(std::getenv("APS_BASE_URL"));
    // ANCHOR: main
    const apsfetch::client client(config);
    // Port 0, the default, is any free one, which only the sandbox takes. For APS set the one that is registered for
    // the app: login_options::callback_port.
    const auto login = client.start_login(std::getenv("APS_PUBLIC_CLIENT_ID"), "data:read");
    std::cout << "Open " << login.authorize_url() << std::endl; // a plug-in opens the browser itself
    login.wait();
    std::cout << "logged in for " << login.scopes().value_or("nothing") << '\n';

    const auto file = client.download(apsfetch::request::object("apsfetch-sandbox-models", "house.rvt", "house.rvt"));
    std::cout << "house.rvt: " << file.bytes() << " bytes\n";

    // Kept in a safe place, it lets the next run begin with config::refresh_token and no browser.
    const auto secret = client.refresh_token();
    // ANCHOR_END: main
    return secret ? 0 : 1;
}
