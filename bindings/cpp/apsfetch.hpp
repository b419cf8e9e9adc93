// apsfetch for C++17 and later: the nouns of apsfetch.h as types that free themselves.
//
//   #include <apsfetch.hpp>
//   #include <iostream>
//
//   int main()
//   {
//       try {
//           apsfetch::config config;
//           config.client_credentials("my-id", "my-secret", "data:read");
//           const apsfetch::client client(config);
//           const auto file = client.download(apsfetch::request::object("my-bucket", "models/house.rvt", "house.rvt"));
//           std::cout << file.path() << ": " << file.bytes() << " bytes\n";
//       } catch (const apsfetch::error &error) {
//           std::cerr << error.what() << '\n';
//           return 1;
//       }
//   }
//
// Failures   A function throws `apsfetch::error`. Its twin with `try_` before its name returns `apsfetch::result<T>`
//            instead, and throws only what is no answer of the library: `std::bad_alloc`, what your callback threw,
//            and `error` for a text that has a NUL character inside.
// Handles    Each type owns one handle: it is moved and not copied, and freed at the end of its scope. One that was
//            moved from is empty; its functions fail with `status::invalid_handle`. `get()` lends the handle to
//            functions of apsfetch.h, and `T::adopt` takes one over.
// Threads    `const` functions may be called from any thread at any time. Others, and destruction, are for one thread.
// Texts      UTF-8 in `std::string`. What is returned is a copy and outlives the object, except for secrets (signed
//            URLs, cookies, tokens): they are `std::string_view`s into the object, which wipes them when it is freed;
//            of a temporary object they are copies.
// Paths      `std::filesystem::path`; on Windows they go to the library as UTF-16.
// Callbacks  Anything that can be called, on the thread that called the function. It returns nothing, or a bool:
//            false cancels. It may throw: the work is cancelled and over, then the exception goes on to the caller.
// Cancel     Functions that block take an `apsfetch::cancel_token`, or with C++20 a `std::stop_token`.
#ifndef APSFETCH_HPP
#define APSFETCH_HPP

#if !(defined(_MSVC_LANG) && _MSVC_LANG >= 201703L) && __cplusplus < 201703L
#error "apsfetch.hpp needs C++17"
#endif

#include "apsfetch/client.hpp"

#endif
