// What the translation of a design made, and how far it has come.
#ifndef APSFETCH_MANIFEST_HPP
#define APSFETCH_MANIFEST_HPP

#include "job.hpp"

namespace apsfetch {

enum class translation : std::int32_t {
    // Not said, or a word this library does not know; the status text has it.
    unknown = APSFETCH_TRANSLATION_UNKNOWN,
    pending = APSFETCH_TRANSLATION_PENDING,
    in_progress = APSFETCH_TRANSLATION_IN_PROGRESS,
    success = APSFETCH_TRANSLATION_SUCCESS,
    failed = APSFETCH_TRANSLATION_FAILED,
    timeout = APSFETCH_TRANSLATION_TIMEOUT
};

// What the translator says about a node.
struct manifest_message {
    std::optional<std::string> type;
    std::optional<std::string> code;
    std::optional<std::string> text;
};

// A derivative, or what is inside one. Many say next to nothing.
struct manifest_node {
    // The index of the node it belongs to, which is smaller than its own.
    std::optional<std::size_t> parent;
    bool is_derivative = false;
    // For `request::derivative`. Only files have one.
    std::optional<std::string> urn;
    std::optional<std::string> guid;
    std::optional<std::string> name;
    std::optional<std::string> role;
    std::optional<std::string> mime;
    std::optional<std::string> type;
    std::optional<std::string> output_type;
    translation status = translation::unknown;
    std::optional<std::string> status_text;
    std::optional<std::string> progress;
    std::optional<std::uint64_t> percent;
    bool has_thumbnail = false;
    std::vector<manifest_message> messages;
};

namespace detail {

inline manifest_node node_of(const apsfetch_manifest *manifest, std::size_t index)
{
    manifest_node node;
    const std::int64_t parent = apsfetch_manifest_node_parent(manifest, index);
    if (parent >= 0)
        node.parent = static_cast<std::size_t>(parent);
    node.is_derivative = apsfetch_manifest_node_is_derivative(manifest, index) == 1;
    node.urn = copy_of(apsfetch_manifest_node_urn(manifest, index));
    node.guid = copy_of(apsfetch_manifest_node_guid(manifest, index));
    node.name = copy_of(apsfetch_manifest_node_name(manifest, index));
    node.role = copy_of(apsfetch_manifest_node_role(manifest, index));
    node.mime = copy_of(apsfetch_manifest_node_mime(manifest, index));
    node.type = copy_of(apsfetch_manifest_node_type(manifest, index));
    node.output_type = copy_of(apsfetch_manifest_node_output_type(manifest, index));
    node.status = static_cast<translation>(apsfetch_manifest_node_status(manifest, index));
    node.status_text = copy_of(apsfetch_manifest_node_status_text(manifest, index));
    node.progress = copy_of(apsfetch_manifest_node_progress(manifest, index));
    node.percent = known(apsfetch_manifest_node_percent(manifest, index));
    node.has_thumbnail = apsfetch_manifest_node_has_thumbnail(manifest, index) == 1;
    for (std::size_t at = 0; at < apsfetch_manifest_message_count(manifest, index); ++at)
        node.messages.push_back({copy_of(apsfetch_manifest_message_type(manifest, index, at)),
                                 copy_of(apsfetch_manifest_message_code(manifest, index, at)),
                                 copy_of(apsfetch_manifest_message_text(manifest, index, at))});
    return node;
}

// What manifests of one's own and those lent to a callback have in common.
template <class Own> class manifest_texts {
  public:
    // The JSON text, as it was received.
    std::string json() const { return copy_of(apsfetch_manifest_json(c())).value_or(""); }
    std::optional<std::string> urn() const { return copy_of(apsfetch_manifest_urn(c())); }
    translation status() const { return static_cast<translation>(apsfetch_manifest_status(c())); }
    std::optional<std::string> status_text() const { return copy_of(apsfetch_manifest_status_text(c())); }
    // In APS's own words, such as "50% complete".
    std::optional<std::string> progress() const { return copy_of(apsfetch_manifest_progress(c())); }
    std::optional<std::uint64_t> percent() const { return known(apsfetch_manifest_percent(c())); }
    std::optional<std::string> region() const { return copy_of(apsfetch_manifest_region(c())); }
    std::optional<std::string> type() const { return copy_of(apsfetch_manifest_type(c())); }
    std::optional<std::string> version() const { return copy_of(apsfetch_manifest_version(c())); }
    bool has_thumbnail() const { return apsfetch_manifest_has_thumbnail(c()) == 1; }
    // Derivatives and their children, each after its parent.
    std::vector<manifest_node> nodes() const
    {
        std::vector<manifest_node> nodes;
        for (std::size_t at = 0; at < apsfetch_manifest_node_count(c()); ++at)
            nodes.push_back(node_of(c(), at));
        return nodes;
    }

  private:
    const apsfetch_manifest *c() const { return static_cast<const Own *>(this)->get(); }
};

} // namespace detail

// The manifest of a design.
class manifest : public handle<apsfetch_manifest, apsfetch_manifest_free>, public detail::manifest_texts<manifest> {
  public:
    static manifest adopt(apsfetch_manifest *owned) { return manifest(owned); }

    // Reads one that the host has kept.
    static manifest from_json(detail::text json) { return try_from_json(json).value(); }
    static result<manifest> try_from_json(detail::text json)
    {
        return detail::make<manifest, apsfetch_manifest, apsfetch_manifest_free>(
            [&](auto **out, auto **error) { return apsfetch_manifest_from_json(json.get(), out, error); });
    }

  private:
    explicit manifest(apsfetch_manifest *owned) : handle(owned) {}
};

// A wait for a translation, under way or over, from `client::watch_manifest`. The translation goes on at APS whatever
// becomes of it.
class manifest_watch : public handle<apsfetch_manifest_watch, apsfetch_manifest_watch_free> {
  public:
    static manifest_watch adopt(apsfetch_manifest_watch *owned) { return manifest_watch(owned); }

    // Waits for the end, and says whether it has come.
    bool wait(std::chrono::milliseconds limit = no_limit) const { return try_wait(limit).value(); }
    apsfetch::result<bool> try_wait(std::chrono::milliseconds limit = no_limit) const
    {
        return detail::waited(
            [&](apsfetch_error **error) { return apsfetch_manifest_watch_wait(get(), detail::wait_of(limit), error); });
    }
    job_state state() const { return static_cast<job_state>(apsfetch_manifest_watch_state(get())); }
    // How many manifests have come so far: when it has grown, there is a new one.
    std::uint64_t count() const { return apsfetch_manifest_watch_count(get()); }
    // The one that came last; `status::pending` before the first.
    manifest latest() const { return try_latest().value(); }
    apsfetch::result<manifest> try_latest() const
    {
        return detail::outcome_of<manifest, apsfetch_manifest, apsfetch_manifest_free>(
            [&](auto **out, auto **error) { return apsfetch_manifest_watch_latest(get(), out, error); });
    }
    // Returns at once; the result is `status::cancelled` then.
    void cancel() const noexcept { apsfetch_manifest_watch_cancel(get(), nullptr); }
    // The manifest of the translation that is over, or the error; `status::pending` while it is not over.
    manifest result() const { return try_result().value(); }
    apsfetch::result<manifest> try_result() const
    {
        return detail::outcome_of<manifest, apsfetch_manifest, apsfetch_manifest_free>(
            [&](auto **out, auto **error) { return apsfetch_manifest_watch_result(get(), out, error); });
    }

  private:
    explicit manifest_watch(apsfetch_manifest_watch *owned) : handle(owned) {}
};

// A manifest that is lent to a callback of `client::wait_manifest`, during the call.
class manifest_view : public detail::manifest_texts<manifest_view> {
  public:
    explicit manifest_view(const apsfetch_manifest *lent) : lent_(lent) {}
    const apsfetch_manifest *get() const noexcept { return lent_; }

  private:
    const apsfetch_manifest *lent_;
};

} // namespace apsfetch

#endif
