// Logging a user in, in the browser and with PKCE.
#ifndef APSFETCH_LOGIN_HPP
#define APSFETCH_LOGIN_HPP

#include "cancel.hpp"

namespace apsfetch {

// A secret of its own, wiped when it is destroyed.
class secret_text : public handle<apsfetch_text, apsfetch_text_free> {
  public:
    static secret_text adopt(apsfetch_text *owned) { return secret_text(owned); }

    std::string_view view() const & { return detail::view_of(apsfetch_text_data(get())).value_or(""); }
    std::string view() const && { return std::string(view()); }

  private:
    explicit secret_text(apsfetch_text *owned) : handle(owned) {}
};

// How `client::start_login` listens for the browser. The callback address must be registered for the app.
struct login_options {
    // Or "localhost".
    std::string callback_host = "127.0.0.1";
    // 0 for any free one, which only a sandbox accepts.
    std::uint32_t callback_port = 0;
    std::string callback_path = "/callback";
    // `no_limit` has no end.
    std::chrono::milliseconds timeout = std::chrono::minutes(10);
};

// A login under way, or over, from `client::start_login`: open its address in the user's browser, then wait.
class login : public handle<apsfetch_login, apsfetch_login_free> {
  public:
    static login adopt(apsfetch_login *owned) { return login(owned); }

    std::string authorize_url() const { return detail::copy_of(apsfetch_login_authorize_url(get())).value_or(""); }
    std::string redirect_uri() const { return detail::copy_of(apsfetch_login_redirect_uri(get())).value_or(""); }
    bool is_open() const { return apsfetch_login_is_open(get()) == 1; }

    // True when the user is logged in, false when the time passed; wait again then. Every error ends the login.
    bool wait(std::chrono::milliseconds limit = no_limit, const cancellation &cancel = {}) const
    {
        return try_wait(limit, cancel).value();
    }
    result<bool> try_wait(std::chrono::milliseconds limit = no_limit, const cancellation &cancel = {}) const
    {
        std::int32_t status = APSFETCH_PENDING;
        const result<void> waited = detail::attempt([&](apsfetch_error **error) {
            return status = apsfetch_login_wait(get(), detail::wait_of(limit), cancel.get(), error);
        });
        if (!waited)
            return waited.error();
        return status == APSFETCH_OK;
    }

    // After the login: how long the access token lives.
    std::optional<std::chrono::milliseconds> expires_in() const
    {
        const std::int64_t milliseconds = apsfetch_login_expires_in_ms(get());
        return milliseconds >= 0 ? std::optional<std::chrono::milliseconds>(milliseconds) : std::nullopt;
    }
    std::optional<std::string> scopes() const { return detail::copy_of(apsfetch_login_scopes(get())); }
    // For `config::refresh_token` in the next run. `client::refresh_token` has the latest one.
    std::optional<std::string_view> refresh_token() const &
    {
        return detail::view_of(apsfetch_login_refresh_token(get()));
    }
    std::optional<std::string> refresh_token() const &&
    {
        return detail::copy_of(apsfetch_login_refresh_token(get()));
    }

  private:
    explicit login(apsfetch_login *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
