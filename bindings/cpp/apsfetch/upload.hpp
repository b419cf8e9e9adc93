// A file to a URL that is signed for writing.
#ifndef APSFETCH_UPLOAD_HPP
#define APSFETCH_UPLOAD_HPP

#include "job.hpp"
#include "request.hpp"

namespace apsfetch {

// How a file is uploaded. A setter throws `error` and then has changed nothing.
class upload_options : public handle<apsfetch_upload_options, apsfetch_upload_options_free> {
  public:
    upload_options() : upload_options(try_make().value()) {}
    static result<upload_options> try_make()
    {
        return detail::make<upload_options, apsfetch_upload_options, apsfetch_upload_options_free>(
            apsfetch_upload_options_new);
    }
    static upload_options adopt(apsfetch_upload_options *owned) { return upload_options(owned); }

    // "application/octet-stream" by default.
    upload_options &content_type(detail::text value)
    {
        return set([&](auto **error) {
            return apsfetch_upload_options_set_content_type(get(), value.get(), error);
        });
    }
    // The URL works once, so nothing is sent twice.
    upload_options &single_use(bool yes)
    {
        return set([&](auto **error) { return apsfetch_upload_options_set_single_use(get(), yes ? 1 : 0, error); });
    }
    // How long the URL that `client::upload_object` asks for works.
    upload_options &minutes_expiration(std::chrono::minutes minutes)
    {
        return set([&](auto **error) {
            return apsfetch_upload_options_set_minutes_expiration(get(), detail::minutes_of(minutes), error);
        });
    }

  private:
    explicit upload_options(apsfetch_upload_options *owned) : handle(owned) {}
    template <class Call> upload_options &set(Call call)
    {
        detail::attempt(call).value();
        return *this;
    }
};

// What the service said when the file was stored.
class upload_result : public handle<apsfetch_upload_result, apsfetch_upload_result_free> {
  public:
    static upload_result adopt(apsfetch_upload_result *owned) { return upload_result(owned); }

    std::uint64_t bytes() const { return apsfetch_upload_result_bytes(get()); }
    int http_status() const { return static_cast<int>(apsfetch_upload_result_http_status(get())); }
    std::optional<std::string> etag() const { return detail::copy_of(apsfetch_upload_result_etag(get())); }
    // The object's URN, which a translation is started with.
    std::optional<std::string> object_id() const { return detail::copy_of(apsfetch_upload_result_object_id(get())); }
    std::optional<std::string> object_key() const { return detail::copy_of(apsfetch_upload_result_object_key(get())); }
    std::optional<std::string> sha1() const { return detail::copy_of(apsfetch_upload_result_sha1(get())); }

  private:
    explicit upload_result(apsfetch_upload_result *owned) : handle(owned) {}
};

// An upload under way, or over, from `client::start_upload` and `client::start_upload_object`. One that is not over
// when it is destroyed is cancelled, and nothing of it reads the file or sends any more then.
class upload_job : public handle<apsfetch_upload_job, apsfetch_upload_job_free> {
  public:
    static upload_job adopt(apsfetch_upload_job *owned) { return upload_job(owned); }

    // Waits for the end, and says whether it has come. What became of the upload is another question.
    bool wait(std::chrono::milliseconds limit = no_limit) const { return try_wait(limit).value(); }
    apsfetch::result<bool> try_wait(std::chrono::milliseconds limit = no_limit) const
    {
        return detail::waited(
            [&](apsfetch_error **error) { return apsfetch_upload_job_wait(get(), detail::wait_of(limit), error); });
    }
    // As of a job with one item: `bytes_done` have been sent, and `bytes_total` is the size of the file.
    apsfetch::progress progress() const { return try_progress().value(); }
    apsfetch::result<apsfetch::progress> try_progress() const
    {
        return detail::asked_progress([&](apsfetch_progress *now, apsfetch_error **error) {
            return apsfetch_upload_job_progress(get(), now, error);
        });
    }
    // Returns at once; the result is `status::cancelled` then, unless the file was stored already.
    void cancel() const noexcept { apsfetch_upload_job_cancel(get(), nullptr); }
    // What the service said, or the error; `status::pending` while it is not over.
    upload_result result() const { return try_result().value(); }
    apsfetch::result<upload_result> try_result() const
    {
        return detail::outcome_of<upload_result, apsfetch_upload_result, apsfetch_upload_result_free>(
            [&](auto **out, auto **error) { return apsfetch_upload_job_result(get(), out, error); });
    }

  private:
    explicit upload_job(apsfetch_upload_job *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
