// Statuses, errors, and results that are one or the other.
#ifndef APSFETCH_ERROR_HPP
#define APSFETCH_ERROR_HPP

#include <apsfetch.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace apsfetch {

// The numbers of apsfetch.h. A later version of the library may give one that has no name here.
enum class status : std::int32_t {
    ok = APSFETCH_OK,
    pending = APSFETCH_PENDING,
    invalid_argument = APSFETCH_E_INVALID_ARGUMENT,
    invalid_handle = APSFETCH_E_INVALID_HANDLE,
    wrong_process = APSFETCH_E_WRONG_PROCESS,
    panic = APSFETCH_E_PANIC,
    resource = APSFETCH_E_RESOURCE,
    invalid_state = APSFETCH_E_INVALID_STATE,
    cancelled = APSFETCH_E_CANCELLED,
    timeout = APSFETCH_E_TIMEOUT,
    network = APSFETCH_E_NETWORK,
    dns = APSFETCH_E_DNS,
    tls = APSFETCH_E_TLS,
    proxy = APSFETCH_E_PROXY,
    auth = APSFETCH_E_AUTH,
    forbidden = APSFETCH_E_FORBIDDEN,
    not_found = APSFETCH_E_NOT_FOUND,
    not_ready = APSFETCH_E_NOT_READY,
    rate_limited = APSFETCH_E_RATE_LIMITED,
    http = APSFETCH_E_HTTP,
    bad_response = APSFETCH_E_BAD_RESPONSE,
    expired = APSFETCH_E_EXPIRED,
    refused = APSFETCH_E_REFUSED,
    changed = APSFETCH_E_CHANGED,
    integrity = APSFETCH_E_INTEGRITY,
    file = APSFETCH_E_FILE,
    disk_full = APSFETCH_E_DISK_FULL,
    file_locked = APSFETCH_E_FILE_LOCKED,
    file_exists = APSFETCH_E_FILE_EXISTS,
    busy = APSFETCH_E_BUSY,
    unsupported = APSFETCH_E_UNSUPPORTED
};

// A few words for a status, in English.
inline std::string text_of(status status)
{
    return apsfetch_status_text(static_cast<std::int32_t>(status));
}

// The version of the library that is loaded, such as "1.2.3".
inline std::string version()
{
    return apsfetch_version();
}

// Whether the library that is loaded is one this header is made for.
inline bool abi_matches()
{
    return apsfetch_abi_version() == APSFETCH_ABI_VERSION;
}

// What failed. No secret is in its texts, so they can be logged.
class error : public std::exception {
  public:
    error(apsfetch::status status, std::string message)
        : fields_(std::make_shared<const fields>(fields{status, std::move(message), 0, 0, {}, {}}))
    {
    }

    // Reads an error object of apsfetch.h, which may be NULL, and does not free it.
    error(std::int32_t status, const apsfetch_error *from) : fields_(read(status, from)) {}

    // One or two sentences for a person: what failed, where, and what to do.
    const char *what() const noexcept override { return fields_->message.c_str(); }
    const std::string &message() const noexcept { return fields_->message; }
    apsfetch::status status() const noexcept { return fields_->status; }
    // 0 if no HTTP status caused it.
    int http_status() const noexcept { return fields_->http_status; }
    // `errno` or `GetLastError`, or 0.
    int os_code() const noexcept { return fields_->os_code; }
    // The service's own id of the failed request, for a support case.
    const std::optional<std::string> &request_id() const noexcept { return fields_->request_id; }
    // How long the service asked to wait before the next try.
    std::optional<std::chrono::milliseconds> retry_after() const noexcept { return fields_->retry_after; }
    bool is_cancelled() const noexcept { return fields_->status == apsfetch::status::cancelled; }

  private:
    struct fields {
        apsfetch::status status;
        std::string message;
        int http_status;
        int os_code;
        std::optional<std::string> request_id;
        std::optional<std::chrono::milliseconds> retry_after;
    };

    static std::shared_ptr<const fields> read(std::int32_t status, const apsfetch_error *from)
    {
        const char *message = apsfetch_error_message(from);
        fields read{static_cast<apsfetch::status>(status),
                    message != nullptr ? message : apsfetch_status_text(status),
                    static_cast<int>(apsfetch_error_http_status(from)),
                    static_cast<int>(apsfetch_error_os_code(from)),
                    {},
                    {}};
        if (const char *id = apsfetch_error_request_id(from))
            read.request_id = id;
        const std::int64_t wait = apsfetch_error_retry_after_ms(from);
        if (wait >= 0)
            read.retry_after = std::chrono::milliseconds(wait);
        return std::make_shared<const fields>(std::move(read));
    }

    // Shared, so that a copy, which `throw` makes, cannot fail.
    std::shared_ptr<const fields> fields_;
};

// A value, or the error that came instead.
template <class T> class [[nodiscard]] result {
  public:
    result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    result(apsfetch::error error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return content_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    // The value, or throws the error.
    T &value() &
    {
        must();
        return std::get<0>(content_);
    }
    const T &value() const &
    {
        must();
        return std::get<0>(content_);
    }
    T value() &&
    {
        must();
        return std::get<0>(std::move(content_));
    }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

    // Only if there is no value; otherwise it throws `std::bad_variant_access`.
    const apsfetch::error &error() const { return std::get<1>(content_); }
    apsfetch::status status() const noexcept
    {
        const auto *failed = std::get_if<1>(&content_);
        return failed != nullptr ? failed->status() : apsfetch::status::ok;
    }

  private:
    void must() const
    {
        if (const auto *failed = std::get_if<1>(&content_))
            throw *failed;
    }

    std::variant<T, apsfetch::error> content_;
};

// Done, or the error that came instead.
template <> class [[nodiscard]] result<void> {
  public:
    result() = default;
    result(apsfetch::error error) : error_(std::move(error)) {}

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const
    {
        if (error_)
            throw *error_;
    }
    // Only if it failed; otherwise it throws `std::bad_optional_access`.
    const apsfetch::error &error() const { return error_.value(); }
    apsfetch::status status() const noexcept { return error_ ? error_->status() : apsfetch::status::ok; }

  private:
    std::optional<apsfetch::error> error_;
};

} // namespace apsfetch

#endif
