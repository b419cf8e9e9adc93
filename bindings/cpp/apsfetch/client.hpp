// The client, which starts everything else.
#ifndef APSFETCH_CLIENT_HPP
#define APSFETCH_CLIENT_HPP

#include "cancel.hpp"
#include "config.hpp"
#include "folder.hpp"
#include "job.hpp"
#include "login.hpp"
#include "manifest.hpp"
#include "objects.hpp"
#include "request.hpp"
#include "signed.hpp"
#include "token.hpp"
#include "upload.hpp"

namespace apsfetch {

// A connection to APS: its options, token, connections and threads. One is enough for a program. Its end cancels its
// jobs and waits for its threads.
class client : public handle<apsfetch_client, apsfetch_client_free> {
  public:
    // Nothing is sent and no thread is started yet.
    explicit client(const config &config) : client(try_make(config).value()) {}
    static result<client> try_make(const config &config)
    {
        return make<client, apsfetch_client, apsfetch_client_free>(
            [&](auto **out, auto **error) { return apsfetch_client_new(config.get(), out, error); });
    }
    static client adopt(apsfetch_client *owned) { return client(owned); }

    // ---- Tokens

    // For the requests from now on, also of jobs that run.
    void set_access_token(detail::text token) const { try_set_access_token(token).value(); }
    result<void> try_set_access_token(detail::text token) const
    {
        return detail::attempt(
            [&](auto **error) { return apsfetch_client_set_access_token(get(), token.get(), error); });
    }
    // Bytes a second that all downloads together may take from now on, also those under way; 0 is no limit.
    void set_bandwidth_limit(std::uint64_t bytes_per_second) const { try_set_bandwidth_limit(bytes_per_second).value(); }
    result<void> try_set_bandwidth_limit(std::uint64_t bytes_per_second) const
    {
        return detail::attempt(
            [&](auto **error) { return apsfetch_client_set_bandwidth_limit(get(), bytes_per_second, error); });
    }
    // The latest one of the user's login; it is empty if there is no login. Ask for it before the client's end.
    secret_text refresh_token() const
    {
        return make<secret_text, apsfetch_text, apsfetch_text_free>(
                   [&](auto **out, auto **error) { return apsfetch_client_refresh_token(get(), out, error); })
            .value();
    }
    // For another library of the program: the token of the moment, or a new one if there is none or it expires within a
    // minute. Ask anew each time; the client renews it.
    apsfetch::access_token access_token(const cancellation &cancel = {}) const
    {
        return try_access_token(cancel).value();
    }
    result<apsfetch::access_token> try_access_token(const cancellation &cancel = {}) const
    {
        return make<apsfetch::access_token, apsfetch_access_token, apsfetch_access_token_free>(
            [&](auto **out, auto **error) { return apsfetch_access_token_fetch(get(), cancel.get(), out, error); });
    }
    login start_login(detail::text client_id, detail::text scopes, const login_options &options = {}) const
    {
        return try_start_login(client_id, scopes, options).value();
    }
    result<login> try_start_login(detail::text client_id, detail::text scopes, const login_options &options = {}) const
    {
        const detail::text host(options.callback_host), path(options.callback_path);
        return make<login, apsfetch_login, apsfetch_login_free>([&](auto **out, auto **error) {
            return apsfetch_login_start(get(), client_id.get(), scopes.get(), host.get(), options.callback_port,
                                        path.get(), detail::wait_of(options.timeout), out, error);
        });
    }

    // ---- Downloads

    // Starts to download, and returns at once. Each request needs a file or memory as its target.
    job start(const std::vector<request> &requests) const { return try_start(requests).value(); }
    job start(const request &request) const { return try_start(request).value(); }
    result<job> try_start(const std::vector<request> &requests) const { return try_start(pointers(requests)); }
    result<job> try_start(const request &request) const { return try_start(pointers{request.get()}); }
    // Starts to download the files of a plan; `plan::record` notes what became of them.
    job start(const plan &plan) const { return try_start(plan).value(); }
    result<job> try_start(const plan &plan) const
    {
        return make<job, apsfetch_job, apsfetch_job_free>(
            [&](auto **out, auto **error) { return apsfetch_plan_start(get(), plan.get(), out, error); });
    }

    // Downloads one file and waits. `on_progress` is called with a `progress`, about ten times a second.
    template <class Callback = detail::silent>
    download_result download(const request &request, Callback &&on_progress = {}, const cancellation &cancel = {}) const
    {
        return try_download(request, on_progress, cancel).value();
    }
    template <class Callback = detail::silent>
    result<download_result> try_download(const request &request, Callback &&on_progress = {},
                                         const cancellation &cancel = {}) const
    {
        const result<job> started = try_start(request);
        if (!started)
            return started.error();
        watch(*started, on_progress, cancel);
        return started->try_item(0);
    }
    // Downloads several and waits; one that fails does not stop the others. It throws if they cannot be started.
    template <class Callback = detail::silent>
    std::vector<result<download_result>> download(const std::vector<request> &requests, Callback &&on_progress = {},
                                                  const cancellation &cancel = {}) const
    {
        const job started = start(requests);
        watch(started, on_progress, cancel);
        return started.items();
    }

    // ---- Whole folders: files that are unchanged are not downloaded again

    // Without a filter it is all of them.
    plan plan_design(const manifest &manifest, const std::filesystem::path &folder,
                     const design_filter *filter = nullptr) const
    {
        return try_plan_design(manifest, folder, filter).value();
    }
    result<plan> try_plan_design(const manifest &manifest, const std::filesystem::path &folder,
                                 const design_filter *filter = nullptr) const
    {
        const detail::native_path where(folder);
        return make<plan, apsfetch_plan, apsfetch_plan_free>([&](auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_plan_design)(get(), manifest.get(), c(filter), where.get(), out,
                                                              error);
        });
    }
    plan plan_objects(detail::text bucket_key, const std::filesystem::path &folder,
                      const object_filter *filter = nullptr, const cancellation &cancel = {}) const
    {
        return try_plan_objects(bucket_key, folder, filter, cancel).value();
    }
    result<plan> try_plan_objects(detail::text bucket_key, const std::filesystem::path &folder,
                                  const object_filter *filter = nullptr, const cancellation &cancel = {}) const
    {
        const detail::native_path where(folder);
        return make<plan, apsfetch_plan, apsfetch_plan_free>([&](auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_plan_objects)(get(), bucket_key.get(), c(filter), where.get(),
                                                               cancel.get(), out, error);
        });
    }
    // What became of each file, also when some failed. It throws if it did not come to a download.
    template <class Callback = detail::silent>
    outcome download_design(detail::text urn, const std::filesystem::path &folder,
                            const design_filter *filter = nullptr, Callback &&on_progress = {},
                            const cancellation &cancel = {}) const
    {
        return try_download_design(urn, folder, filter, on_progress, cancel).value();
    }
    template <class Callback = detail::silent>
    result<outcome> try_download_design(detail::text urn, const std::filesystem::path &folder,
                                        const design_filter *filter = nullptr, Callback &&on_progress = {},
                                        const cancellation &cancel = {}) const
    {
        const detail::native_path where(folder);
        return download_folder(on_progress, [&](auto callback, void *data, auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_download_design)(get(), urn.get(), c(filter), where.get(), callback,
                                                                  data, cancel.get(), out, error);
        });
    }
    template <class Callback = detail::silent>
    outcome download_objects(detail::text bucket_key, const std::filesystem::path &folder,
                             const object_filter *filter = nullptr, Callback &&on_progress = {},
                             const cancellation &cancel = {}) const
    {
        return try_download_objects(bucket_key, folder, filter, on_progress, cancel).value();
    }
    template <class Callback = detail::silent>
    result<outcome> try_download_objects(detail::text bucket_key, const std::filesystem::path &folder,
                                         const object_filter *filter = nullptr, Callback &&on_progress = {},
                                         const cancellation &cancel = {}) const
    {
        const detail::native_path where(folder);
        return download_folder(on_progress, [&](auto callback, void *data, auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_download_objects)(get(), bucket_key.get(), c(filter), where.get(),
                                                                   callback, data, cancel.get(), out, error);
        });
    }

    // ---- Signing, and what APS says of things

    // Ask each item for its status: one that cannot be signed does not fail the others.
    signed_list sign(const std::vector<request> &requests, const cancellation &cancel = {}) const
    {
        return try_sign(requests, cancel).value();
    }
    signed_list sign(const request &request, const cancellation &cancel = {}) const
    {
        return try_sign(request, cancel).value();
    }
    result<signed_list> try_sign(const std::vector<request> &requests, const cancellation &cancel = {}) const
    {
        return try_sign(pointers(requests), cancel);
    }
    result<signed_list> try_sign(const request &request, const cancellation &cancel = {}) const
    {
        return try_sign(pointers{request.get()}, cancel);
    }
    oss_url create_signed_url(detail::text bucket_key, detail::text object_key, access access,
                              const signed_url_options &options = {}, const cancellation &cancel = {}) const
    {
        return try_create_signed_url(bucket_key, object_key, access, options, cancel).value();
    }
    result<oss_url> try_create_signed_url(detail::text bucket_key, detail::text object_key, access access,
                                          const signed_url_options &options = {},
                                          const cancellation &cancel = {}) const
    {
        return make<oss_url, apsfetch_oss_url, apsfetch_oss_url_free>([&](auto **out, auto **error) {
            return apsfetch_create_signed_url(get(), bucket_key.get(), object_key.get(),
                                              static_cast<std::int32_t>(access), options.use_cdn ? 1 : 0,
                                              detail::minutes_of(options.minutes_expiration),
                                              options.single_use ? 1 : 0, cancel.get(), out, error);
        });
    }
    // Waits up to `wait` for a derivative that is not translated yet.
    derivative_details details(const request &derivative, std::chrono::milliseconds wait = {},
                               const cancellation &cancel = {}) const
    {
        return try_details(derivative, wait, cancel).value();
    }
    result<derivative_details> try_details(const request &derivative, std::chrono::milliseconds wait = {},
                                           const cancellation &cancel = {}) const
    {
        return make<derivative_details, apsfetch_details, apsfetch_details_free>([&](auto **out, auto **error) {
            return apsfetch_details_fetch(get(), derivative.get(), detail::wait_of(wait), cancel.get(), out, error);
        });
    }
    apsfetch::manifest manifest(detail::text urn, const cancellation &cancel = {}) const
    {
        return try_manifest(urn, cancel).value();
    }
    result<apsfetch::manifest> try_manifest(detail::text urn, const cancellation &cancel = {}) const
    {
        return make<apsfetch::manifest, apsfetch_manifest, apsfetch_manifest_free>([&](auto **out, auto **error) {
            return apsfetch_manifest_fetch(get(), urn.get(), cancel.get(), out, error);
        });
    }
    // Asks until the translation is over. `on_manifest` is called with each `manifest_view` that APS sends.
    template <class Callback = detail::silent>
    apsfetch::manifest wait_manifest(detail::text urn, std::chrono::milliseconds wait = no_limit,
                                     Callback &&on_manifest = {}, const cancellation &cancel = {}) const
    {
        return try_wait_manifest(urn, wait, on_manifest, cancel).value();
    }
    template <class Callback = detail::silent>
    result<apsfetch::manifest> try_wait_manifest(detail::text urn, std::chrono::milliseconds wait = no_limit,
                                                 Callback &&on_manifest = {}, const cancellation &cancel = {}) const
    {
        using carrier = detail::carrier<std::remove_reference_t<Callback>>;
        carrier carried{on_manifest};
        auto callback = [](const apsfetch_manifest *lent, void *data) -> std::int32_t {
            return static_cast<carrier *>(data)->call(manifest_view(lent));
        };
        auto waited = make<apsfetch::manifest, apsfetch_manifest, apsfetch_manifest_free>([&](auto **out, auto **error) {
            return apsfetch_manifest_wait(get(), urn.get(), detail::wait_of(wait), callback, &carried, cancel.get(),
                                          out, error);
        });
        carried.rethrow();
        return waited;
    }

    // The same to poll, without a callback.
    manifest_watch watch_manifest(detail::text urn, std::chrono::milliseconds wait = no_limit) const
    {
        return try_watch_manifest(urn, wait).value();
    }
    result<manifest_watch> try_watch_manifest(detail::text urn, std::chrono::milliseconds wait = no_limit) const
    {
        return make<manifest_watch, apsfetch_manifest_watch, apsfetch_manifest_watch_free>([&](auto **out, auto **error) {
            return apsfetch_manifest_watch_start(get(), urn.get(), detail::wait_of(wait), out, error);
        });
    }

    // ---- Buckets

    object_list list_objects(detail::text bucket_key, const list_options *options = nullptr,
                             const cancellation &cancel = {}) const
    {
        return try_list_objects(bucket_key, options, cancel).value();
    }
    result<object_list> try_list_objects(detail::text bucket_key, const list_options *options = nullptr,
                                         const cancellation &cancel = {}) const
    {
        return make<object_list, apsfetch_objects, apsfetch_objects_free>([&](auto **out, auto **error) {
            return apsfetch_list_objects(get(), bucket_key.get(), c(options), cancel.get(), out, error);
        });
    }
    // One page: the first, or the one that `object_list::next` of the page before names.
    object_list list_objects_page(detail::text bucket_key, const std::optional<std::string> &page = {},
                                  const list_options *options = nullptr, const cancellation &cancel = {}) const
    {
        return try_list_objects_page(bucket_key, page, options, cancel).value();
    }
    result<object_list> try_list_objects_page(detail::text bucket_key, const std::optional<std::string> &page = {},
                                              const list_options *options = nullptr,
                                              const cancellation &cancel = {}) const
    {
        const detail::text which = page ? detail::text(*page) : detail::text(nullptr);
        return make<object_list, apsfetch_objects, apsfetch_objects_free>([&](auto **out, auto **error) {
            return apsfetch_list_objects_page(get(), bucket_key.get(), c(options), which.get(), cancel.get(), out,
                                              error);
        });
    }
    object_info object_details(detail::text bucket_key, detail::text object_key, const cancellation &cancel = {}) const
    {
        return try_object_details(bucket_key, object_key, cancel).value();
    }
    result<object_info> try_object_details(detail::text bucket_key, detail::text object_key,
                                           const cancellation &cancel = {}) const
    {
        const auto list = make<object_list, apsfetch_objects, apsfetch_objects_free>([&](auto **out, auto **error) {
            return apsfetch_object_details(get(), bucket_key.get(), object_key.get(), cancel.get(), out, error);
        });
        if (!list)
            return list.error();
        return (*list)[0];
    }

    // ---- Uploads: `on_progress` is called with the bytes sent and the size of the file

    template <class Callback = detail::silent>
    upload_result upload(detail::text url, const std::filesystem::path &file, const upload_options *options = nullptr,
                         Callback &&on_progress = {}, const cancellation &cancel = {}) const
    {
        return try_upload(url, file, options, on_progress, cancel).value();
    }
    template <class Callback = detail::silent>
    result<upload_result> try_upload(detail::text url, const std::filesystem::path &file,
                                     const upload_options *options = nullptr, Callback &&on_progress = {},
                                     const cancellation &cancel = {}) const
    {
        const detail::native_path from(file);
        return send(on_progress, [&](auto callback, void *data, auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_upload)(get(), url.get(), from.get(), c(options), callback, data,
                                                         cancel.get(), out, error);
        });
    }
    // An object of this key is replaced.
    template <class Callback = detail::silent>
    upload_result upload_object(detail::text bucket_key, detail::text object_key, const std::filesystem::path &file,
                                const upload_options *options = nullptr, Callback &&on_progress = {},
                                const cancellation &cancel = {}) const
    {
        return try_upload_object(bucket_key, object_key, file, options, on_progress, cancel).value();
    }
    template <class Callback = detail::silent>
    result<upload_result> try_upload_object(detail::text bucket_key, detail::text object_key,
                                            const std::filesystem::path &file,
                                            const upload_options *options = nullptr, Callback &&on_progress = {},
                                            const cancellation &cancel = {}) const
    {
        const detail::native_path from(file);
        return send(on_progress, [&](auto callback, void *data, auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_upload_object)(get(), bucket_key.get(), object_key.get(), from.get(),
                                                                c(options), callback, data, cancel.get(), out, error);
        });
    }

    // The same to poll, without a callback.
    upload_job start_upload(detail::text url, const std::filesystem::path &file,
                            const upload_options *options = nullptr) const
    {
        return try_start_upload(url, file, options).value();
    }
    result<upload_job> try_start_upload(detail::text url, const std::filesystem::path &file,
                                        const upload_options *options = nullptr) const
    {
        const detail::native_path from(file);
        return make<upload_job, apsfetch_upload_job, apsfetch_upload_job_free>([&](auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_upload_job_start)(get(), url.get(), from.get(), c(options), out,
                                                                   error);
        });
    }
    upload_job start_upload_object(detail::text bucket_key, detail::text object_key, const std::filesystem::path &file,
                                   const upload_options *options = nullptr) const
    {
        return try_start_upload_object(bucket_key, object_key, file, options).value();
    }
    result<upload_job> try_start_upload_object(detail::text bucket_key, detail::text object_key,
                                               const std::filesystem::path &file,
                                               const upload_options *options = nullptr) const
    {
        const detail::native_path from(file);
        return make<upload_job, apsfetch_upload_job, apsfetch_upload_job_free>([&](auto **out, auto **error) {
            return APSFETCH_DETAIL_PATH(apsfetch_upload_job_start_object)(get(), bucket_key.get(), object_key.get(),
                                                                          from.get(), c(options), out, error);
        });
    }

  private:
    explicit client(apsfetch_client *owned) : handle(owned) {}

    // The handles of several requests, as the library takes them.
    struct pointers : std::vector<const apsfetch_request *> {
        using std::vector<const apsfetch_request *>::vector;
        explicit pointers(const std::vector<request> &requests)
        {
            for (const request &one : requests)
                push_back(one.get());
        }
    };

    template <class Noun, class C, std::int32_t (*Free)(C *), class Call> static result<Noun> make(Call call)
    {
        return detail::make<Noun, C, Free>(call);
    }
    template <class Handle> static const typename Handle::c_type *c(const Handle *given)
    {
        return given != nullptr ? given->get() : nullptr;
    }

    result<job> try_start(const pointers &requests) const
    {
        return make<job, apsfetch_job, apsfetch_job_free>([&](auto **out, auto **error) {
            return apsfetch_job_start(get(), array(requests), requests.size(), out, error);
        });
    }
    result<signed_list> try_sign(const pointers &requests, const cancellation &cancel) const
    {
        return make<signed_list, apsfetch_signed, apsfetch_signed_free>([&](auto **out, auto **error) {
            return apsfetch_sign(get(), array(requests), requests.size(), cancel.get(), out, error);
        });
    }
    // The address of no requests is not NULL, which would be an argument left out.
    static const apsfetch_request *const *array(const pointers &requests)
    {
        static const apsfetch_request *const none = nullptr;
        return requests.empty() ? &none : requests.data();
    }

    // Waits for the end of a job. An exception of the callback leaves through here, and the job's end cancels it.
    template <class Callback> static void watch(const job &job, Callback &on_progress, const cancellation &cancel)
    {
        using namespace std::chrono_literals;
        using clock = std::chrono::steady_clock;
        // A token has no way to wake a job, so it is looked at often.
        const auto slice = cancel.is_possible() ? 20ms : 100ms;
        auto next = clock::now();
        for (bool over = false, cancelled = false; !over;) {
            over = job.wait(slice);
            if (!cancelled && cancel.is_cancelled())
                cancelled = true, job.cancel();
            if (!over && clock::now() < next)
                continue;
            next = clock::now() + 100ms;
            if (!detail::goes_on(on_progress, job.progress()) && !cancelled)
                cancelled = true, job.cancel();
        }
    }

    template <class Callback, class Call> static result<outcome> download_folder(Callback &on_progress, Call call)
    {
        using carrier = detail::carrier<Callback>;
        carrier carried{on_progress};
        auto callback = [](const apsfetch_progress *progress, void *data) -> std::int32_t {
            return static_cast<carrier *>(data)->call(detail::progress_of(*progress));
        };
        detail::slot<apsfetch_outcome, apsfetch_outcome_free> made;
        detail::error_slot failure;
        const std::int32_t status = call(callback, &carried, &made.pointer, &failure.pointer);
        carried.rethrow();
        // Failed files are in the outcome, each with its own error.
        if (made.pointer == nullptr)
            return error(status, failure.pointer);
        return outcome::adopt(made.take());
    }

    template <class Callback, class Call> static result<upload_result> send(Callback &on_progress, Call call)
    {
        using carrier = detail::carrier<Callback>;
        carrier carried{on_progress};
        auto callback = [](std::uint64_t sent, std::uint64_t total, void *data) -> std::int32_t {
            return static_cast<carrier *>(data)->call(sent, total);
        };
        auto sent = make<upload_result, apsfetch_upload_result, apsfetch_upload_result_free>(
            [&](auto **out, auto **error) { return call(callback, &carried, out, error); });
        carried.rethrow();
        return sent;
    }
};

} // namespace apsfetch

#endif
