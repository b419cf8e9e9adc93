// Ending a call that blocks, from another thread.
#ifndef APSFETCH_CANCEL_HPP
#define APSFETCH_CANCEL_HPP

#include "handle.hpp"

#if defined(__has_include)
#if __has_include(<version>)
#include <version>
#endif
#endif
#ifdef __cpp_lib_jthread
#include <stop_token>
#endif

namespace apsfetch {

// Ends the calls it was given to. Several calls may share one.
class cancel_token : public handle<apsfetch_cancel_token, apsfetch_cancel_token_free> {
  public:
    cancel_token() : cancel_token(try_make().value()) {}
    static result<cancel_token> try_make()
    {
        return detail::make<cancel_token, apsfetch_cancel_token, apsfetch_cancel_token_free>(apsfetch_cancel_token_new);
    }
    static cancel_token adopt(apsfetch_cancel_token *owned) { return cancel_token(owned); }

    void cancel() const noexcept { apsfetch_cancel_token_cancel(get(), nullptr); }
    bool is_cancelled() const noexcept { return apsfetch_cancel_token_is_cancelled(get()) == 1; }

  private:
    explicit cancel_token(apsfetch_cancel_token *owned) : handle(owned) {}
};

// What functions take that can be cancelled: nothing, a token, or with C++20 a `std::stop_token`. It is made by
// itself for the length of a call.
class cancellation {
  public:
    cancellation() = default;
    cancellation(const cancel_token &token) : token_(token.get()) {}
    cancellation(const cancellation &) = delete;
    cancellation &operator=(const cancellation &) = delete;

#ifdef __cpp_lib_jthread
    cancellation(const std::stop_token &stop)
    {
        if (stop.stop_possible()) {
            own_.emplace();
            token_ = own_->get();
            callback_.emplace(stop, cancels{token_});
        }
    }
#endif

    const apsfetch_cancel_token *get() const noexcept { return token_; }
    bool is_possible() const noexcept { return token_ != nullptr; }
    bool is_cancelled() const noexcept { return apsfetch_cancel_token_is_cancelled(token_) == 1; }

  private:
    const apsfetch_cancel_token *token_ = nullptr;

#ifdef __cpp_lib_jthread
    struct cancels {
        const apsfetch_cancel_token *token;
        void operator()() const noexcept { apsfetch_cancel_token_cancel(token, nullptr); }
    };
    // The callback ends before the token it cancels.
    std::optional<cancel_token> own_;
    std::optional<std::stop_callback<cancels>> callback_;
#endif
};

} // namespace apsfetch

#endif
