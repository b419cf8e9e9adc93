// The options of a client.
#ifndef APSFETCH_CONFIG_HPP
#define APSFETCH_CONFIG_HPP

#include "handle.hpp"

namespace apsfetch {

// The options of a client, each with a default that suits an office network. A setter checks its value at once and
// throws `error`; then it has changed nothing. Clients copy it.
class config : public handle<apsfetch_config, apsfetch_config_free> {
  public:
    config() : config(try_make().value()) {}
    static result<config> try_make()
    {
        return detail::make<config, apsfetch_config, apsfetch_config_free>(apsfetch_config_new);
    }
    static config adopt(apsfetch_config *owned) { return config(owned); }

    // Where APS is, if it is not the real one: such as a sandbox.
    config &base_url(detail::text url) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_base_url(own, url.get(), error); });
    }
    config &&base_url(detail::text url) &&
    {
        return std::move(base_url(url));
    }
    // A token the host has got, without the word "Bearer". `client::set_access_token` changes it later.
    config &access_token(detail::text token) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_access_token(own, token.get(), error); });
    }
    config &&access_token(detail::text token) &&
    {
        return std::move(access_token(token));
    }
    // An APS app's id and secret; scopes are separated by spaces, such as "data:read viewables:read".
    config &client_credentials(detail::text client_id, detail::text client_secret, detail::text scopes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_client_credentials(own, client_id.get(), client_secret.get(), scopes.get(), error); });
    }
    config &&client_credentials(detail::text client_id, detail::text client_secret, detail::text scopes) &&
    {
        return std::move(client_credentials(client_id, client_secret, scopes));
    }
    // Goes on with a user's login of an earlier run. "" means the scopes of that login.
    config &refresh_token(detail::text client_id, detail::text token, detail::text scopes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_refresh_token(own, client_id.get(), token.get(), scopes.get(), error); });
    }
    config &&refresh_token(detail::text client_id, detail::text token, detail::text scopes) &&
    {
        return std::move(refresh_token(client_id, token, scopes));
    }
    // How long a job waits for `client::set_access_token` when APS refuses the token; 0 by default.
    config &token_wait(std::chrono::milliseconds limit) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_token_wait_ms(own, detail::limit_of(limit), error); });
    }
    config &&token_wait(std::chrono::milliseconds limit) &&
    {
        return std::move(token_wait(limit));
    }
    // The data centre of the designs: "US", "EMEA", "AUS", ...
    config &region(detail::text name) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_region(own, name.get(), error); });
    }
    config &&region(detail::text name) &&
    {
        return std::move(region(name));
    }
    // The older EMEA form of the addresses instead of the header `region`.
    config &emea_path(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_emea_path(own, yes ? 1 : 0, error); });
    }
    config &&emea_path(bool yes) &&
    {
        return std::move(emea_path(yes));
    }
    // Forces each file to the disk before it takes its place.
    config &durable(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_durable(own, yes ? 1 : 0, error); });
    }
    config &&durable(bool yes) &&
    {
        return std::move(durable(yes));
    }
    // For all jobs of the client together: 1 to 256, 128 by default, of which a large file from afar begins with 64.
    config &max_connections(std::uint32_t count) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_max_connections(own, count, error); });
    }
    config &&max_connections(std::uint32_t count) &&
    {
        return std::move(max_connections(count));
    }
    // Bytes a second that all downloads of the client together may take, from 1024; 0, the default, is no limit.
    config &bandwidth_limit(std::uint64_t bytes_per_second) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_bandwidth_limit(own, bytes_per_second, error); });
    }
    config &&bandwidth_limit(std::uint64_t bytes_per_second) &&
    {
        return std::move(bandwidth_limit(bytes_per_second));
    }
    // Bytes of a part, from 65536; 0 lets the library choose.
    config &part_size(std::uint64_t bytes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_part_size(own, bytes, error); });
    }
    config &&part_size(std::uint64_t bytes) &&
    {
        return std::move(part_size(bytes));
    }
    // Until a connection is ready for a request; 30 s by default.
    config &connect_timeout(std::chrono::milliseconds limit) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_connect_timeout_ms(own, detail::limit_of(limit), error); });
    }
    config &&connect_timeout(std::chrono::milliseconds limit) &&
    {
        return std::move(connect_timeout(limit));
    }
    // Until the headers of a reply are complete; 60 s by default.
    config &reply_timeout(std::chrono::milliseconds limit) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_reply_timeout_ms(own, detail::limit_of(limit), error); });
    }
    config &&reply_timeout(std::chrono::milliseconds limit) &&
    {
        return std::move(reply_timeout(limit));
    }
    // A connection that moves next to nothing for this long is replaced; 30 s by default.
    config &stall_timeout(std::chrono::milliseconds limit) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_stall_timeout_ms(own, detail::limit_of(limit), error); });
    }
    config &&stall_timeout(std::chrono::milliseconds limit) &&
    {
        return std::move(stall_timeout(limit));
    }
    // How long failures that may pass are answered by trying again; 40 s by default.
    config &retry_timeout(std::chrono::milliseconds limit) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_retry_timeout_ms(own, detail::limit_of(limit), error); });
    }
    config &&retry_timeout(std::chrono::milliseconds limit) &&
    {
        return std::move(retry_timeout(limit));
    }
    // How long a drive may take for one operation; 60 s by default.
    config &disk_timeout(std::chrono::milliseconds limit) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_disk_timeout_ms(own, detail::limit_of(limit), error); });
    }
    config &&disk_timeout(std::chrono::milliseconds limit) &&
    {
        return std::move(disk_timeout(limit));
    }
    // Certificates in PEM form to trust beside those of the operating system.
    config &ca_file(const std::filesystem::path &path) &
    {
        return set([&](auto *own, auto **error) { return APSFETCH_DETAIL_PATH(apsfetch_config_set_ca_file)(own, detail::native_path(path).get(), error); });
    }
    config &&ca_file(const std::filesystem::path &path) &&
    {
        return std::move(ca_file(path));
    }
    // "http://user:password@host:port"; "" for none whatever the environment says.
    config &proxy(detail::text address) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_proxy(own, address.get(), error); });
    }
    config &&proxy(detail::text address) &&
    {
        return std::move(proxy(address));
    }
    // What the library calls itself to the servers, such as "MyPlugin/2.1".
    config &user_agent(detail::text name) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_config_set_user_agent(own, name.get(), error); });
    }
    config &&user_agent(detail::text name) &&
    {
        return std::move(user_agent(name));
    }

  private:
    explicit config(apsfetch_config *owned) : handle(owned) {}

    template <class Call> config &set(Call call)
    {
        detail::attempt([&](apsfetch_error **error) { return call(get(), error); }).value();
        return *this;
    }
};

} // namespace apsfetch

#endif
