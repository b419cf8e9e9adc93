// Objects of a bucket, as the Object Storage Service lists them.
#ifndef APSFETCH_OBJECTS_HPP
#define APSFETCH_OBJECTS_HPP

#include "handle.hpp"

namespace apsfetch {

// Which objects to list. A setter throws `error` and then has changed nothing.
class list_options : public handle<apsfetch_list_options, apsfetch_list_options_free> {
  public:
    list_options() : list_options(try_make().value()) {}
    static result<list_options> try_make()
    {
        return detail::make<list_options, apsfetch_list_options, apsfetch_list_options_free>(apsfetch_list_options_new);
    }
    static list_options adopt(apsfetch_list_options *owned) { return list_options(owned); }

    list_options &begins_with(detail::text prefix)
    {
        return set([&](auto **error) { return apsfetch_list_options_set_begins_with(get(), prefix.get(), error); });
    }
    // The key to begin behind.
    list_options &start_at(detail::text object_key)
    {
        return set([&](auto **error) { return apsfetch_list_options_set_start_at(get(), object_key.get(), error); });
    }
    // Objects in one page, 1 to 100.
    list_options &limit(std::uint32_t objects)
    {
        return set([&](auto **error) { return apsfetch_list_options_set_limit(get(), objects, error); });
    }
    // The list ends after this many; 0 means all.
    list_options &max_objects(std::uint64_t count)
    {
        return set([&](auto **error) { return apsfetch_list_options_set_max_objects(get(), count, error); });
    }

  private:
    explicit list_options(apsfetch_list_options *owned) : handle(owned) {}
    template <class Call> list_options &set(Call call)
    {
        detail::attempt(call).value();
        return *this;
    }
};

// An object of a bucket.
struct object_info {
    std::string bucket_key;
    std::string object_key;
    // Its URN.
    std::optional<std::string> object_id;
    std::optional<std::uint64_t> size;
    // It can be missing right after an upload.
    std::optional<std::string> sha1;
    // Listings usually leave it out.
    std::optional<std::string> content_type;
    std::optional<std::string> location;
};

// Objects, in the order of APS.
class object_list : public handle<apsfetch_objects, apsfetch_objects_free> {
  public:
    static object_list adopt(apsfetch_objects *owned) { return object_list(owned); }

    std::size_t size() const { return apsfetch_objects_count(get()); }
    // For `client::list_objects_page`; none on the last page.
    std::optional<std::string> next() const { return detail::copy_of(apsfetch_objects_next(get())); }
    object_info operator[](std::size_t index) const
    {
        return {detail::copy_of(apsfetch_objects_bucket_key(get(), index)).value_or(""),
                detail::copy_of(apsfetch_objects_object_key(get(), index)).value_or(""),
                detail::copy_of(apsfetch_objects_object_id(get(), index)),
                detail::known(apsfetch_objects_size(get(), index)),
                detail::copy_of(apsfetch_objects_sha1(get(), index)),
                detail::copy_of(apsfetch_objects_content_type(get(), index)),
                detail::copy_of(apsfetch_objects_location(get(), index))};
    }
    auto begin() const { return detail::walker(*this, 0); }
    auto end() const { return detail::walker(*this, size()); }
    std::vector<object_info> objects() const
    {
        std::vector<object_info> objects;
        for (std::size_t at = 0; at < size(); ++at)
            objects.push_back((*this)[at]);
        return objects;
    }

  private:
    explicit object_list(apsfetch_objects *owned) : handle(owned) {}
};

} // namespace apsfetch

#endif
