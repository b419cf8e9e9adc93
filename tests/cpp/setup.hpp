// What the C++ programs of the tests begin with. Arguments: base URL, access token, bucket, others.
#ifndef SETUP_HPP
#define SETUP_HPP

#include <apsfetch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <type_traits>

#include "../c/system.h"

// The error with which a call ends, which must be one of the library's.
template <class Call> apsfetch::error error_of(Call call)
{
    try {
        call();
    } catch (const apsfetch::error &error) {
        return error;
    }
    std::fprintf(stderr, "nothing was thrown\n");
    std::exit(1);
}

inline apsfetch::client make_client(const char *base_url, const char *token)
{
    // A program that hangs is a failure that says where it was.
    set_alarm(120);
    return apsfetch::client(apsfetch::config()
                                .base_url(base_url)
                                .access_token(token)
                                .proxy("")
                                .max_connections(4)
                                .bandwidth_limit(1u << 30)
                                .connect_timeout(std::chrono::seconds(20))
                                .stall_timeout(std::chrono::minutes(1)));
}

inline std::string read(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

#endif
