// Many files into one folder: filters, plans, and what became of them.
#ifndef APSFETCH_FOLDER_HPP
#define APSFETCH_FOLDER_HPP

#include "job.hpp"

namespace apsfetch {

// Which derivatives of a design. What is added with the same function are alternatives; different ones must all be met.
class design_filter : public handle<apsfetch_design_filter, apsfetch_design_filter_free> {
  public:
    design_filter() : design_filter(try_make().value()) {}
    static result<design_filter> try_make()
    {
        return detail::make<design_filter, apsfetch_design_filter, apsfetch_design_filter_free>(
            apsfetch_design_filter_new);
    }
    static design_filter adopt(apsfetch_design_filter *owned) { return design_filter(owned); }

    // Such as "graphics", "thumbnail" or "obj".
    design_filter &add_role(detail::text role)
    {
        return set([&](auto **error) { return apsfetch_design_filter_add_role(get(), role.get(), error); });
    }
    // Such as "image/png".
    design_filter &add_mime(detail::text mime)
    {
        return set([&](auto **error) { return apsfetch_design_filter_add_mime(get(), mime.get(), error); });
    }
    // Such as "obj", "svf" or "thumbnail".
    design_filter &add_output_type(detail::text type)
    {
        return set([&](auto **error) { return apsfetch_design_filter_add_output_type(get(), type.get(), error); });
    }

  private:
    explicit design_filter(apsfetch_design_filter *owned) : handle(owned) {}
    template <class Call> design_filter &set(Call call)
    {
        detail::attempt(call).value();
        return *this;
    }
};

// Which objects of a bucket, and under which names.
class object_filter : public handle<apsfetch_object_filter, apsfetch_object_filter_free> {
  public:
    object_filter() : object_filter(try_make().value()) {}
    static result<object_filter> try_make()
    {
        return detail::make<object_filter, apsfetch_object_filter, apsfetch_object_filter_free>(
            apsfetch_object_filter_new);
    }
    static object_filter adopt(apsfetch_object_filter *owned) { return object_filter(owned); }

    object_filter &prefix(detail::text prefix)
    {
        return set([&](auto **error) { return apsfetch_object_filter_set_prefix(get(), prefix.get(), error); });
    }
    // Leaves the folders of the prefix out of the names.
    object_filter &strip_prefix(bool yes)
    {
        return set([&](auto **error) { return apsfetch_object_filter_set_strip_prefix(get(), yes ? 1 : 0, error); });
    }

  private:
    explicit object_filter(apsfetch_object_filter *owned) : handle(owned) {}
    template <class Call> object_filter &set(Call call)
    {
        detail::attempt(call).value();
        return *this;
    }
};

enum class file_status : std::int32_t {
    planned = APSFETCH_FILE_PLANNED,
    downloaded = APSFETCH_FILE_DOWNLOADED,
    unchanged = APSFETCH_FILE_UNCHANGED,
    failed = APSFETCH_FILE_FAILED,
    skipped = APSFETCH_FILE_SKIPPED
};

// A file of a plan.
struct planned_file {
    // The derivative's URN, or the object's key.
    std::string id;
    // Below the folder; none for most skipped ones.
    std::optional<std::filesystem::path> relative_path;
    std::optional<std::uint64_t> size;
    file_status status = file_status::planned;
    // Why it is skipped.
    std::optional<std::string> reason;
    // Why it has failed already.
    std::optional<apsfetch::error> error;
    // Its place in the plan's job, if it is planned.
    std::optional<std::uint64_t> job_index;
};

// A file of an outcome.
struct folder_file {
    // The derivative's URN, or the object's key.
    std::string id;
    // Absolute; none for most skipped ones.
    std::optional<std::filesystem::path> path;
    file_status status = file_status::planned;
    std::uint64_t bytes = 0;
    std::optional<std::string> etag;
    std::optional<std::string> sha1;
    // Why it was skipped.
    std::optional<std::string> reason;
    // Why it failed.
    std::optional<apsfetch::error> error;
};

namespace detail {

inline std::optional<std::filesystem::path> known_path(const char *text)
{
    return text != nullptr ? std::optional<std::filesystem::path>(path_of(text)) : std::nullopt;
}

template <class Call> std::optional<error> failure_of(Call call)
{
    const result<void> asked = attempt(call);
    return asked ? std::nullopt : std::optional<error>(asked.error());
}

} // namespace detail

// What became of the files of a plan, in its order.
class outcome : public handle<apsfetch_outcome, apsfetch_outcome_free> {
  public:
    static outcome adopt(apsfetch_outcome *owned) { return outcome(owned); }

    std::filesystem::path folder() const { return detail::path_of(apsfetch_outcome_folder(get())); }
    // The folder's listing of what went where.
    std::filesystem::path listing() const { return detail::path_of(apsfetch_outcome_listing(get())); }
    std::size_t size() const { return apsfetch_outcome_count(get()); }
    folder_file operator[](std::size_t index) const
    {
        return {detail::copy_of(apsfetch_outcome_file_id(get(), index)).value_or(""),
                detail::known_path(apsfetch_outcome_file_path(get(), index)),
                static_cast<file_status>(apsfetch_outcome_file_status(get(), index)),
                apsfetch_outcome_file_bytes(get(), index),
                detail::copy_of(apsfetch_outcome_file_etag(get(), index)),
                detail::copy_of(apsfetch_outcome_file_sha1(get(), index)),
                detail::copy_of(apsfetch_outcome_file_reason(get(), index)),
                detail::failure_of([&](auto **error) { return apsfetch_outcome_file_error(get(), index, error); })};
    }
    auto begin() const { return detail::walker(*this, 0); }
    auto end() const { return detail::walker(*this, size()); }
    std::vector<folder_file> files() const
    {
        std::vector<folder_file> files;
        for (std::size_t at = 0; at < size(); ++at)
            files.push_back((*this)[at]);
        return files;
    }

  private:
    explicit outcome(apsfetch_outcome *owned) : handle(owned) {}
};

// Which files go where in one folder, before anything is downloaded: from `client::plan_design` and `plan_objects`.
// `client::start` downloads it.
class plan : public handle<apsfetch_plan, apsfetch_plan_free> {
  public:
    static plan adopt(apsfetch_plan *owned) { return plan(owned); }

    std::filesystem::path folder() const { return detail::path_of(apsfetch_plan_folder(get())); }
    std::filesystem::path listing() const { return detail::path_of(apsfetch_plan_listing(get())); }
    std::size_t size() const { return apsfetch_plan_count(get()); }
    planned_file operator[](std::size_t index) const
    {
        return {detail::copy_of(apsfetch_plan_file_id(get(), index)).value_or(""),
                detail::known_path(apsfetch_plan_file_relative_path(get(), index)),
                detail::known(apsfetch_plan_file_size(get(), index)),
                static_cast<file_status>(apsfetch_plan_file_status(get(), index)),
                detail::copy_of(apsfetch_plan_file_reason(get(), index)),
                detail::failure_of([&](auto **error) { return apsfetch_plan_file_error(get(), index, error); }),
                detail::known(apsfetch_plan_file_job_index(get(), index))};
    }
    auto begin() const { return detail::walker(*this, 0); }
    auto end() const { return detail::walker(*this, size()); }
    std::vector<planned_file> files() const
    {
        std::vector<planned_file> files;
        for (std::size_t at = 0; at < size(); ++at)
            files.push_back((*this)[at]);
        return files;
    }

    // Notes in the folder's listing what became of the files of the plan's job, also while it runs.
    outcome record(const job &started) const { return try_record(started).value(); }
    result<outcome> try_record(const job &started) const
    {
        return detail::make<outcome, apsfetch_outcome, apsfetch_outcome_free>(
            [&](auto **out, auto **error) { return apsfetch_plan_record(get(), started.get(), out, error); });
    }

  private:
    explicit plan(apsfetch_plan *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
