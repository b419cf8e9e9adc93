// How handles are owned, and how C++ values go in and come out. Nothing here is for programs but `handle`.
#ifndef APSFETCH_HANDLE_HPP
#define APSFETCH_HANDLE_HPP

#include "error.hpp"

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

namespace apsfetch {

// "However long it takes", for functions that wait.
inline constexpr std::chrono::milliseconds no_limit = (std::chrono::milliseconds::max)();

// Owns one handle of apsfetch.h.
template <class C, std::int32_t (*Free)(C *)> class handle {
  public:
    using c_type = C;

    handle() noexcept = default;
    explicit handle(C *owned) noexcept : pointer_(owned) {}
    handle(handle &&other) noexcept : pointer_(std::exchange(other.pointer_, nullptr)) {}
    handle &operator=(handle &&other) noexcept
    {
        // What a callback or another handle's end does must find this one in order.
        C *before = std::exchange(pointer_, std::exchange(other.pointer_, nullptr));
        if (before != nullptr)
            Free(before);
        return *this;
    }
    handle(const handle &) = delete;
    handle &operator=(const handle &) = delete;
    ~handle()
    {
        if (pointer_ != nullptr)
            Free(pointer_);
    }

    // Lent: whoever frees it is this object.
    C *get() const noexcept { return pointer_; }
    // Given away: free it with apsfetch.h, or adopt it.
    C *release() noexcept { return std::exchange(pointer_, nullptr); }
    // False for one that was moved from or released.
    explicit operator bool() const noexcept { return pointer_ != nullptr; }

  private:
    C *pointer_ = nullptr;
};

namespace detail {

using error_handle = handle<apsfetch_error, apsfetch_error_free>;

// A place for a function to put a handle into, freed even if a callback's exception comes instead.
template <class C, std::int32_t (*Free)(C *)> struct slot {
    C *pointer = nullptr;

    slot() = default;
    slot(const slot &) = delete;
    slot &operator=(const slot &) = delete;
    ~slot()
    {
        if (pointer != nullptr)
            Free(pointer);
    }
    C *take() { return std::exchange(pointer, nullptr); }
};

using error_slot = slot<apsfetch_error, apsfetch_error_free>;

// Calls a function of the library, which takes the place of its error.
template <class Call> result<void> attempt(Call call)
{
    error_slot failure;
    const std::int32_t status = call(&failure.pointer);
    if (status < 0)
        return error(status, failure.pointer);
    return {};
}

// Calls one that makes a handle: takes the place of the handle and the place of the error.
template <class Noun, class C, std::int32_t (*Free)(C *), class Call> result<Noun> make(Call call)
{
    slot<C, Free> made;
    error_slot failure;
    const std::int32_t status = call(&made.pointer, &failure.pointer);
    if (status < 0)
        return error(status, failure.pointer);
    return Noun::adopt(made.take());
}

// A text for the library. It cannot have a NUL inside, or the library would see the beginning alone.
class text {
  public:
    text(const char *from) : pointer_(from) {}
    text(std::nullptr_t) : pointer_(nullptr) {}
    text(const std::string &from) : pointer_(from.c_str())
    {
        if (from.find('\0') != std::string::npos)
            throw error(status::invalid_argument, "A text has a NUL character inside.");
    }
#ifdef __cpp_char8_t
    // u8"…" of C++20.
    text(const char8_t *from) : pointer_(reinterpret_cast<const char *>(from)) {}
#endif
    const char *get() const noexcept { return pointer_; }

  private:
    const char *pointer_;
};

// Goes over a list whose items are made when they are asked for. The list must outlive it.
template <class List> class walker {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = decltype(std::declval<const List &>()[0]);
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = value_type;

    walker(const List &list, std::size_t at) : list_(&list), at_(at) {}
    reference operator*() const { return (*list_)[at_]; }
    walker &operator++()
    {
        ++at_;
        return *this;
    }
    walker operator++(int) { return {*list_, at_++}; }
    bool operator==(const walker &other) const { return at_ == other.at_; }
    bool operator!=(const walker &other) const { return at_ != other.at_; }

  private:
    const List *list_;
    std::size_t at_;
};

#ifdef _WIN32
// A path for the library, as UTF-16.
class native_path {
  public:
    using unit = std::uint16_t;

    explicit native_path(const std::filesystem::path &path)
    {
        const std::wstring &native = path.native();
        if (native.find(L'\0') != std::wstring::npos)
            throw error(status::invalid_argument, "A path has a NUL character inside.");
        units_.assign(native.begin(), native.end());
        units_.push_back(0);
    }
    const unit *get() const noexcept { return units_.data(); }

  private:
    std::vector<unit> units_;
};
// The form of a function that takes such a path.
#define APSFETCH_DETAIL_PATH(function) function##_utf16
#else
// A path for the library, as it is.
class native_path {
  public:
    using unit = char;

    explicit native_path(const std::filesystem::path &path) : native_(path.native())
    {
        if (native_.find('\0') != std::string::npos)
            throw error(status::invalid_argument, "A path has a NUL character inside.");
    }
    const unit *get() const noexcept { return native_.c_str(); }

  private:
    std::string native_;
};
#define APSFETCH_DETAIL_PATH(function) function
#endif

inline std::filesystem::path path_of(const char *text)
{
    if (text == nullptr)
        return {};
#ifdef __cpp_char8_t
    const std::string_view bytes(text);
    return std::filesystem::path(std::u8string(bytes.begin(), bytes.end()));
#else
    return std::filesystem::u8path(text);
#endif
}

inline std::optional<std::string> copy_of(const char *text)
{
    return text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

// Of a secret, which is not copied.
inline std::optional<std::string_view> view_of(const char *text)
{
    return text != nullptr ? std::optional<std::string_view>(text) : std::nullopt;
}

inline std::optional<std::uint64_t> known(std::int64_t number)
{
    return number >= 0 ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(number)) : std::nullopt;
}

inline std::optional<std::chrono::system_clock::time_point> time_of(std::int64_t milliseconds)
{
    if (milliseconds < 0)
        return std::nullopt;
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

// A limit that is set: too large or too small remains too large or too small, which the library says.
inline std::uint32_t limit_of(std::chrono::milliseconds limit)
{
    constexpr std::uint32_t most = (std::numeric_limits<std::uint32_t>::max)();
    if (limit.count() < 0)
        return 0;
    return limit.count() > most ? most : static_cast<std::uint32_t>(limit.count());
}

// A time to wait: only `no_limit` itself is for ever.
inline std::uint32_t wait_of(std::chrono::milliseconds wait)
{
    const std::uint32_t limit = limit_of(wait);
    return limit == APSFETCH_NO_LIMIT && wait != no_limit ? limit - 1 : limit;
}

// What stands where a program wants no callback.
struct silent {
    template <class... Arguments> void operator()(const Arguments &...) const {}
};

// Calls a callback; whether to go on.
template <class Callback, class... Arguments> bool goes_on(Callback &callback, Arguments &&...arguments)
{
    if constexpr (std::is_void_v<std::invoke_result_t<Callback &, Arguments...>>) {
        callback(std::forward<Arguments>(arguments)...);
        return true;
    } else {
        return static_cast<bool>(callback(std::forward<Arguments>(arguments)...));
    }
}

// Keeps a callback's exception while the library cancels and cleans up.
template <class Callback> struct carrier {
    Callback &callback;
    std::exception_ptr thrown{};

    template <class... Arguments> std::int32_t call(Arguments &&...arguments) noexcept
    {
        try {
            return goes_on(callback, std::forward<Arguments>(arguments)...) ? 0 : 1;
        } catch (...) {
            thrown = std::current_exception();
            return 1;
        }
    }
    void rethrow() const
    {
        if (thrown)
            std::rethrow_exception(thrown);
    }
};

} // namespace detail
} // namespace apsfetch

#endif
