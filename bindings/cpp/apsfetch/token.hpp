// An access token of the client, for another library of the program.
#ifndef APSFETCH_TOKEN_HPP
#define APSFETCH_TOKEN_HPP

#include "handle.hpp"

namespace apsfetch {

// From `client::access_token`. It is a secret, and wiped from memory with this object.
class access_token : public handle<apsfetch_access_token, apsfetch_access_token_free> {
  public:
    static access_token adopt(apsfetch_access_token *owned) { return access_token(owned); }

    // Without the word "Bearer".
    std::string_view text() const & { return detail::view_of(apsfetch_access_token_text(get())).value_or(""); }
    std::string text() const && { return std::string(text()); }
    // How long it was still good for when it was asked for; not known of one that the program has set.
    std::optional<std::chrono::milliseconds> expires_in() const
    {
        const std::int64_t left = apsfetch_access_token_expires_in_ms(get());
        return left < 0 ? std::nullopt : std::optional<std::chrono::milliseconds>(left);
    }

  private:
    explicit access_token(apsfetch_access_token *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
