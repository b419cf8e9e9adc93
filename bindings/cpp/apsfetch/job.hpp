// A download under way, how far it has come, and what became of each item.
#ifndef APSFETCH_JOB_HPP
#define APSFETCH_JOB_HPP

#include "handle.hpp"

namespace apsfetch {

enum class job_state : std::int32_t {
    running = APSFETCH_JOB_RUNNING,
    // Standing still until the host calls `client::set_access_token`.
    waiting_for_token = APSFETCH_JOB_WAITING_FOR_TOKEN,
    finished = APSFETCH_JOB_FINISHED
};

// How far a job has come.
struct progress {
    job_state state = job_state::running;
    std::uint64_t items_total = 0;
    std::uint64_t items_finished = 0;
    std::uint64_t items_failed = 0;
    // When it equals `items_total`, `bytes_total` is final.
    std::uint64_t items_sized = 0;
    // It falls when a file has to start over.
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
    std::uint64_t connections = 0;
    std::uint64_t retries = 0;
};

namespace detail {

inline progress progress_of(const apsfetch_progress &from)
{
    return {static_cast<job_state>(from.state), from.items_total, from.items_finished, from.items_failed,
            from.items_sized, from.bytes_done, from.bytes_total, from.connections, from.retries};
}

// Waits with a function of the library, and says whether the end has come.
template <class Call> result<bool> waited(Call call)
{
    std::int32_t status = APSFETCH_PENDING;
    const result<void> asked = attempt([&](apsfetch_error **error) { return status = call(error); });
    if (!asked)
        return asked.error();
    return status == APSFETCH_OK;
}

// Asks a function of the library how far something has come.
template <class Call> result<progress> asked_progress(Call call)
{
    apsfetch_progress now = APSFETCH_PROGRESS_INIT;
    const result<void> asked = attempt([&](apsfetch_error **error) { return call(&now, error); });
    if (!asked)
        return asked.error();
    return progress_of(now);
}

// What became of something, or `status::pending` while it is not over. `call` takes the place of a handle and of the error.
template <class Noun, class C, std::int32_t (*Free)(C *), class Call> result<Noun> outcome_of(Call call)
{
    slot<C, Free> made;
    error_slot failure;
    const std::int32_t status = call(&made.pointer, &failure.pointer);
    if (status == APSFETCH_PENDING)
        return error(apsfetch::status::pending, "It is not over yet.");
    if (status != APSFETCH_OK)
        return error(status, failure.pointer);
    return Noun::adopt(made.take());
}

} // namespace detail

enum class item_status : std::int32_t {
    downloaded = APSFETCH_ITEM_DOWNLOADED,
    not_modified = APSFETCH_ITEM_NOT_MODIFIED,
    kept = APSFETCH_ITEM_KEPT
};

enum class verification : std::int32_t {
    // Nothing was downloaded.
    none = APSFETCH_VERIFICATION_NONE,
    // The number of bytes, and that all are of one version.
    size = APSFETCH_VERIFICATION_SIZE,
    sha1 = APSFETCH_VERIFICATION_SHA1
};

// What became of one item that did not fail.
class download_result : public handle<apsfetch_result, apsfetch_result_free> {
  public:
    static download_result adopt(apsfetch_result *owned) { return download_result(owned); }

    item_status status() const { return static_cast<item_status>(apsfetch_result_status(get())); }
    // Absolute; empty for an item in memory.
    std::filesystem::path path() const { return detail::path_of(apsfetch_result_path(get())); }
    // The bytes of an item in memory, which live as long as this object.
    std::string_view data() const &
    {
        const void *bytes = apsfetch_result_data(get());
        if (bytes == nullptr)
            return {};
        return {static_cast<const char *>(bytes), apsfetch_result_data_size(get())};
    }
    // Of a temporary it is a copy.
    std::string data() const && { return std::string(data()); }
    std::uint64_t bytes() const { return apsfetch_result_bytes(get()); }
    // Bytes that an earlier run had written.
    std::uint64_t resumed_bytes() const { return apsfetch_result_resumed_bytes(get()); }
    apsfetch::verification verification() const
    {
        return static_cast<apsfetch::verification>(apsfetch_result_verification(get()));
    }
    std::optional<std::string> sha1() const { return detail::copy_of(apsfetch_result_sha1(get())); }
    std::optional<std::string> etag() const { return detail::copy_of(apsfetch_result_etag(get())); }
    std::optional<std::string> content_type() const { return detail::copy_of(apsfetch_result_content_type(get())); }
    std::uint64_t parts() const { return apsfetch_result_parts(get()); }
    std::uint64_t retries() const { return apsfetch_result_retries(get()); }
    std::chrono::milliseconds elapsed() const
    {
        return std::chrono::milliseconds(static_cast<std::int64_t>(apsfetch_result_elapsed_ms(get())));
    }

  private:
    explicit download_result(apsfetch_result *owned) : handle(owned) {}
};

// A download under way, or over, from `client::start`. One that is not over when it is destroyed is cancelled, and
// nothing of it writes any more then.
class job : public handle<apsfetch_job, apsfetch_job_free> {
  public:
    static job adopt(apsfetch_job *owned) { return job(owned); }

    // Waits for the end, and says whether it has come. What became of the items is another question.
    bool wait(std::chrono::milliseconds limit = no_limit) const { return try_wait(limit).value(); }
    result<bool> try_wait(std::chrono::milliseconds limit = no_limit) const
    {
        return detail::waited(
            [&](apsfetch_error **error) { return apsfetch_job_wait(get(), detail::wait_of(limit), error); });
    }

    apsfetch::progress progress() const { return try_progress().value(); }
    result<apsfetch::progress> try_progress() const
    {
        return detail::asked_progress(
            [&](apsfetch_progress *now, apsfetch_error **error) { return apsfetch_job_progress(get(), now, error); });
    }

    // Returns at once; the items that are not over fail with `status::cancelled`.
    void cancel() const noexcept { apsfetch_job_cancel(get(), nullptr); }

    std::size_t count() const { return apsfetch_job_count(get()); }
    std::uint64_t item_bytes_done(std::size_t index) const { return apsfetch_job_item_bytes_done(get(), index); }
    std::optional<std::uint64_t> item_bytes_total(std::size_t index) const
    {
        return detail::known(apsfetch_job_item_bytes_total(get(), index));
    }
    bool item_finished(std::size_t index) const { return apsfetch_job_item_finished(get(), index) == 1; }

    // What became of one item, or its error; `status::pending` while it is not over.
    download_result item(std::size_t index) const { return try_item(index).value(); }
    result<download_result> try_item(std::size_t index) const
    {
        return detail::outcome_of<download_result, apsfetch_result, apsfetch_result_free>(
            [&](auto **out, auto **error) { return apsfetch_job_result(get(), index, out, error); });
    }

    // All items, in the order of the requests.
    std::vector<result<download_result>> items() const
    {
        std::vector<result<download_result>> items;
        for (std::size_t index = 0; index < count(); ++index)
            items.push_back(try_item(index));
        return items;
    }

  private:
    explicit job(apsfetch_job *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
