// What signing gives, OSS signed URLs, and what APS says of a derivative.
#ifndef APSFETCH_SIGNED_HPP
#define APSFETCH_SIGNED_HPP

#include "handle.hpp"

namespace apsfetch {

enum class signed_status : std::int32_t {
    // One URL for the whole file.
    complete = APSFETCH_SIGNED_COMPLETE,
    // An unmerged upload: one URL for each chunk.
    chunked = APSFETCH_SIGNED_CHUNKED,
    // An unmerged upload behind one OSS signed URL.
    fallback = APSFETCH_SIGNED_FALLBACK,
    // Not modified since the version the request named.
    skipped = APSFETCH_SIGNED_SKIPPED,
    // APS cannot sign this item; `reason` says why.
    error = APSFETCH_SIGNED_ERROR
};

// Bytes `start` up to `end` of a file, which is the first behind them.
struct signed_chunk {
    std::uint64_t start;
    std::uint64_t end;
    std::string_view url;
};

struct signed_cookie {
    std::string_view name;
    std::string_view value;
};

// One item of a `signed_list`, which must outlive it: URLs and cookies are secrets and stay where they are.
class signed_item {
  public:
    signed_item(const apsfetch_signed *list, std::size_t index) : list_(list), index_(index) {}

    // Throws the error of an item that failed.
    signed_status status() const
    {
        must();
        return static_cast<signed_status>(apsfetch_signed_status(list_, index_));
    }
    // Throws the error of an item that failed.
    void must() const
    {
        detail::attempt([&](apsfetch_error **error) { return apsfetch_signed_error(list_, index_, error); }).value();
    }
    std::optional<apsfetch::error> error() const
    {
        const result<void> signing =
            detail::attempt([&](apsfetch_error **error) { return apsfetch_signed_error(list_, index_, error); });
        return signing ? std::nullopt : std::optional<apsfetch::error>(signing.error());
    }
    // To be sent byte for byte.
    std::optional<std::string_view> url() const { return detail::view_of(apsfetch_signed_url(list_, index_)); }
    std::vector<signed_chunk> chunks() const
    {
        std::vector<signed_chunk> chunks;
        for (std::size_t at = 0; at < apsfetch_signed_chunk_count(list_, index_); ++at)
            chunks.push_back({apsfetch_signed_chunk_start(list_, index_, at),
                              apsfetch_signed_chunk_end(list_, index_, at),
                              detail::view_of(apsfetch_signed_chunk_url(list_, index_, at)).value_or("")});
        return chunks;
    }
    std::vector<signed_cookie> cookies() const
    {
        std::vector<signed_cookie> cookies;
        for (std::size_t at = 0; at < apsfetch_signed_cookie_count(list_, index_); ++at)
            cookies.push_back({detail::view_of(apsfetch_signed_cookie_name(list_, index_, at)).value_or(""),
                               detail::view_of(apsfetch_signed_cookie_value(list_, index_, at)).value_or("")});
        return cookies;
    }
    // All cookies as the value of one `Cookie` header.
    std::optional<std::string_view> cookie_header() const
    {
        return detail::view_of(apsfetch_signed_cookie_header(list_, index_));
    }
    std::optional<std::uint64_t> size() const { return detail::known(apsfetch_signed_size(list_, index_)); }
    std::optional<std::string> etag() const { return detail::copy_of(apsfetch_signed_etag(list_, index_)); }
    std::optional<std::string> sha1() const { return detail::copy_of(apsfetch_signed_sha1(list_, index_)); }
    std::optional<std::string> content_type() const
    {
        return detail::copy_of(apsfetch_signed_content_type(list_, index_));
    }
    std::optional<std::string> content_disposition() const
    {
        return detail::copy_of(apsfetch_signed_content_disposition(list_, index_));
    }
    std::optional<std::string> cache_control() const
    {
        return detail::copy_of(apsfetch_signed_cache_control(list_, index_));
    }
    // Why it is skipped or cannot be signed.
    std::optional<std::string> reason() const { return detail::copy_of(apsfetch_signed_reason(list_, index_)); }
    // By the server's clock.
    std::optional<std::chrono::system_clock::time_point> expires_at() const
    {
        return detail::time_of(apsfetch_signed_expires_at_ms(list_, index_));
    }
    bool single_use() const { return apsfetch_signed_single_use(list_, index_) == 1; }

  private:
    const apsfetch_signed *list_;
    std::size_t index_;
};

// The answers to several requests, in their order, from `client::sign`.
class signed_list : public handle<apsfetch_signed, apsfetch_signed_free> {
  public:
    static signed_list adopt(apsfetch_signed *owned) { return signed_list(owned); }

    std::size_t size() const { return apsfetch_signed_count(get()); }
    signed_item operator[](std::size_t index) const & { return {get(), index}; }
    signed_item operator[](std::size_t index) const && = delete;
    auto begin() const { return detail::walker(*this, 0); }
    auto end() const { return detail::walker(*this, size()); }

  private:
    explicit signed_list(apsfetch_signed *owned) : handle(owned) {}
};

enum class access : std::int32_t {
    read = APSFETCH_ACCESS_READ,
    write = APSFETCH_ACCESS_WRITE,
    read_write = APSFETCH_ACCESS_READ_WRITE
};

// How `client::create_signed_url` makes one.
struct signed_url_options {
    bool use_cdn = false;
    // 0 is the default of APS, 60.
    std::chrono::minutes minutes_expiration{0};
    bool single_use = false;
};

// An OSS signed URL, from `client::create_signed_url`. It is a secret: whoever has it can use it.
class oss_url : public handle<apsfetch_oss_url, apsfetch_oss_url_free> {
  public:
    static oss_url adopt(apsfetch_oss_url *owned) { return oss_url(owned); }

    std::string_view text() const & { return detail::view_of(apsfetch_oss_url_text(get())).value_or(""); }
    std::string text() const && { return std::string(text()); }
    // By the server's clock.
    std::optional<std::chrono::system_clock::time_point> expires_at() const
    {
        return detail::time_of(apsfetch_oss_url_expires_at_ms(get()));
    }
    bool single_use() const { return apsfetch_oss_url_single_use(get()) == 1; }

  private:
    explicit oss_url(apsfetch_oss_url *owned) : handle(owned) {}
};

// What APS says of a derivative before it is downloaded, from `client::details`.
class derivative_details : public handle<apsfetch_details, apsfetch_details_free> {
  public:
    static derivative_details adopt(apsfetch_details *owned) { return derivative_details(owned); }

    std::optional<std::uint64_t> size() const { return detail::known(apsfetch_details_size(get())); }
    std::optional<std::string> content_type() const { return detail::copy_of(apsfetch_details_content_type(get())); }
    std::optional<std::string> app_identifier() const
    {
        return detail::copy_of(apsfetch_details_app_identifier(get()));
    }
    std::optional<std::string> startup_time() const { return detail::copy_of(apsfetch_details_startup_time(get())); }
    std::optional<std::string> duration() const { return detail::copy_of(apsfetch_details_duration(get())); }
    std::optional<std::string> troubleshooting() const
    {
        return detail::copy_of(apsfetch_details_troubleshooting(get()));
    }

  private:
    explicit derivative_details(apsfetch_details *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
