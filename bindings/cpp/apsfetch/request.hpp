// What to fetch, how to have it signed, and where to put it.
#ifndef APSFETCH_REQUEST_HPP
#define APSFETCH_REQUEST_HPP

#include "handle.hpp"

namespace apsfetch {

// What happens when the target exists.
enum class existing_file : std::int32_t {
    // Replaced, in one step and only by a complete and verified file.
    replace = APSFETCH_EXISTING_FILE_REPLACE,
    // Kept: the item succeeds as `item_status::kept`.
    keep = APSFETCH_EXISTING_FILE_KEEP,
    // The item fails with `status::file_exists`.
    fail = APSFETCH_EXISTING_FILE_FAIL
};

// Which operation of APS signs an object.
enum class signing : std::int32_t {
    batch = APSFETCH_SIGNING_BATCH,
    signed_s3_download = APSFETCH_SIGNING_SIGNED_S3_DOWNLOAD,
    signed_url = APSFETCH_SIGNING_SIGNED_URL
};

namespace detail {

// A number of minutes that no operation takes remains one.
inline std::uint32_t minutes_of(std::chrono::minutes minutes)
{
    return limit_of(std::chrono::milliseconds(minutes.count()));
}

} // namespace detail

// One file to sign or to download. A setter checks its value at once and throws `error`; then it has changed nothing.
// Jobs and signings copy it, so it can be used again.
class request : public handle<apsfetch_request, apsfetch_request_free> {
  public:
    // A derivative: `urn` is the design's, in URL-safe base64 or plain; `derivative_urn` is from its manifest.
    static request derivative(detail::text urn, detail::text derivative_urn)
    {
        return make([&](auto **out, auto **error) {
            return apsfetch_request_new_derivative(urn.get(), derivative_urn.get(), out, error);
        });
    }
    static request derivative(detail::text urn, detail::text derivative_urn, const std::filesystem::path &path)
    {
        return derivative(urn, derivative_urn).to_file(path);
    }
    // An object: its key as given at the upload, not percent-encoded.
    static request object(detail::text bucket_key, detail::text object_key)
    {
        return make([&](auto **out, auto **error) {
            return apsfetch_request_new_object(bucket_key.get(), object_key.get(), out, error);
        });
    }
    static request object(detail::text bucket_key, detail::text object_key, const std::filesystem::path &path)
    {
        return object(bucket_key, object_key).to_file(path);
    }
    // A URL that the host's own backend has signed.
    static request url(detail::text url)
    {
        return make([&](auto **out, auto **error) { return apsfetch_request_new_url(url.get(), out, error); });
    }
    static request url(detail::text address, const std::filesystem::path &path) { return url(address).to_file(path); }
    static request adopt(apsfetch_request *owned) { return request(owned); }

    // The file to make. Its folder must exist.
    request &to_file(const std::filesystem::path &path) &
    {
        return set([&](auto *own, auto **error) { return APSFETCH_DETAIL_PATH(apsfetch_request_set_path)(own, detail::native_path(path).get(), error); });
    }
    request &&to_file(const std::filesystem::path &path) &&
    {
        return std::move(to_file(path));
    }
    // Into memory instead of a file: see `download_result::data`.
    request &to_memory(std::uint64_t max_bytes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_memory(own, max_bytes, error); });
    }
    request &&to_memory(std::uint64_t max_bytes) &&
    {
        return std::move(to_memory(max_bytes));
    }
    // Whether to go on where an earlier download stopped; true by default.
    request &resume(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_resume(own, yes ? 1 : 0, error); });
    }
    request &&resume(bool yes) &&
    {
        return std::move(resume(yes));
    }
    // What happens when the target exists; it is replaced by default.
    request &existing_file(apsfetch::existing_file what) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_existing_file(own, static_cast<std::int32_t>(what), error); });
    }
    request &&existing_file(apsfetch::existing_file what) &&
    {
        return std::move(existing_file(what));
    }
    // The SHA-1 the file must have, as 40 hex digits.
    request &sha1(detail::text digits) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_sha1(own, digits.get(), error); });
    }
    request &&sha1(detail::text digits) &&
    {
        return std::move(sha1(digits));
    }
    // The size the file must have.
    request &size(std::uint64_t bytes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_size(own, bytes, error); });
    }
    request &&size(std::uint64_t bytes) &&
    {
        return std::move(size(bytes));
    }
    // URLs only: a header to send along, to the URL's own host only.
    request &add_header(detail::text name, detail::text value) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_add_header(own, name.get(), value.get(), error); });
    }
    request &&add_header(detail::text name, detail::text value) &&
    {
        return std::move(add_header(name, value));
    }
    // Objects only: which operation of APS signs it.
    request &signing(apsfetch::signing operation) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_signing(own, static_cast<std::int32_t>(operation), error); });
    }
    request &&signing(apsfetch::signing operation) &&
    {
        return std::move(signing(operation));
    }
    // Derivatives only: from the API itself, by the deprecated operation.
    request &direct_download(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_direct_download(own, yes ? 1 : 0, error); });
    }
    request &&direct_download(bool yes) &&
    {
        return std::move(direct_download(yes));
    }
    // URLs: it works for one GET. Objects with `signing::signed_url`: asks for such a URL.
    request &single_use(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_single_use(own, yes ? 1 : 0, error); });
    }
    request &&single_use(bool yes) &&
    {
        return std::move(single_use(yes));
    }
    // Derivatives and objects: how long the signed URL or cookies live, in whole minutes.
    request &minutes_expiration(std::chrono::minutes minutes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_minutes_expiration(own, detail::minutes_of(minutes), error); });
    }
    request &&minutes_expiration(std::chrono::minutes minutes) &&
    {
        return std::move(minutes_expiration(minutes));
    }
    // Derivatives and objects: the `Content-Disposition` to be returned with the file.
    request &response_content_disposition(detail::text value) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_response_content_disposition(own, value.get(), error); });
    }
    request &&response_content_disposition(detail::text value) &&
    {
        return std::move(response_content_disposition(value));
    }
    // Objects only: the `Content-Type` to be returned with the file.
    request &response_content_type(detail::text value) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_response_content_type(own, value.get(), error); });
    }
    request &&response_content_type(detail::text value) &&
    {
        return std::move(response_content_type(value));
    }
    // Objects only: the `Cache-Control` to be returned with the file.
    request &response_cache_control(detail::text value) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_response_cache_control(own, value.get(), error); });
    }
    request &&response_cache_control(detail::text value) &&
    {
        return std::move(response_cache_control(value));
    }
    // Objects only: the version the host has. If it is still that one, the target is left alone.
    request &if_none_match(detail::text etag) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_if_none_match(own, etag.get(), error); });
    }
    request &&if_none_match(detail::text etag) &&
    {
        return std::move(if_none_match(etag));
    }
    // Derivatives only: the version at the target, by the ETag and size an earlier result told.
    request &skip_if_etag(detail::text etag, std::uint64_t bytes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_skip_if_etag(own, etag.get(), bytes, error); });
    }
    request &&skip_if_etag(detail::text etag, std::uint64_t bytes) &&
    {
        return std::move(skip_if_etag(etag, bytes));
    }
    // Objects only: an HTTP date. If nothing has changed since, the target is left alone.
    request &if_modified_since(detail::text http_date) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_if_modified_since(own, http_date.get(), error); });
    }
    request &&if_modified_since(detail::text http_date) &&
    {
        return std::move(if_modified_since(http_date));
    }
    // Objects only: one OSS signed URL for an upload that is not merged yet.
    request &public_resource_fallback(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_public_resource_fallback(own, yes ? 1 : 0, error); });
    }
    request &&public_resource_fallback(bool yes) &&
    {
        return std::move(public_resource_fallback(yes));
    }
    // Objects only: a CloudFront URL instead of an S3 one.
    request &use_cdn(bool yes) &
    {
        return set([&](auto *own, auto **error) { return apsfetch_request_set_use_cdn(own, yes ? 1 : 0, error); });
    }
    request &&use_cdn(bool yes) &&
    {
        return std::move(use_cdn(yes));
    }

  private:
    explicit request(apsfetch_request *owned) : handle(owned) {}

    template <class Call> static request make(Call call)
    {
        return detail::make<request, apsfetch_request, apsfetch_request_free>(call).value();
    }

    template <class Call> request &set(Call call)
    {
        detail::attempt([&](apsfetch_error **error) { return call(get(), error); }).value();
        return *this;
    }
};

// Several requests for one job. A list in braces cannot be one: its items would have to be copied.
//
//   client.download(apsfetch::requests(request::object("b", "one", "1"), request::object("b", "two", "2")));
template <class... Requests> std::vector<request> requests(Requests &&...each)
{
    std::vector<request> list;
    list.reserve(sizeof...(each));
    (list.push_back(std::forward<Requests>(each)), ...);
    return list;
}

} // namespace apsfetch

#endif
