// Each noun of the header, once. Arguments: base URL, token, bucket, design, its derivative.
#include "setup.hpp"

namespace {

void signing(const apsfetch::client &client, const char *bucket, const char *design, const char *derivative)
{
    using apsfetch::request;

    const auto requests = apsfetch::requests(request::object(bucket, "small"), request::derivative(design, derivative),
                                             request::object(bucket, "missing"));
    const auto list = client.sign(requests);
    CHECK(list.size() == 3 && std::distance(list.begin(), list.end()) == 3);
    std::size_t with_url = 0;
    for (const auto &item : list)
        if (item.url()) ++with_url;
    CHECK(with_url == 2);
    CHECK(list[0].status() == apsfetch::signed_status::complete && list[0].size() == 11u && list[0].sha1());
    CHECK(list[0].expires_at() && list[0].cookies().empty() && !list[0].cookie_header() && !list[0].error());
    CHECK(list[1].cookies().size() == 3 && list[1].cookie_header() && list[1].chunks().empty());
    CHECK(list[1].cookies()[0].name.substr(0, 10) == "CloudFront");
    CHECK(list[2].status() == apsfetch::signed_status::error && list[2].reason() && !list[2].url());
    // What was signed is fetched by hand.
    const auto fetched = client.download(request::url(std::string(list[0].url().value())).to_memory(100));
    CHECK(fetched.data() == "a few bytes");

    const auto details = client.details(requests[1], std::chrono::seconds(1));
    CHECK(details.size() == 5u && details.content_type());

    apsfetch::signed_url_options once;
    once.single_use = true;
    once.minutes_expiration = std::chrono::minutes(5);
    const auto url = client.create_signed_url(bucket, "small", apsfetch::access::read, once);
    CHECK(url.single_use() && url.expires_at() > std::chrono::system_clock::now() && !url.text().empty());
}

void uploads(const apsfetch::client &client, const char *bucket)
{
    std::ofstream("up.bin", std::ios::binary) << "from here";
    apsfetch::upload_options options;
    options.content_type("text/plain").minutes_expiration(std::chrono::minutes(3));
    std::uint64_t sent = 0;
    const auto stored = client.upload_object(bucket, "up", "up.bin", &options,
                                             [&](std::uint64_t bytes, std::uint64_t total) {
                                                 CHECK(total == 9);
                                                 sent = bytes;
                                             });
    CHECK(stored.bytes() == 9 && sent == 9 && stored.http_status() / 100 == 2 && stored.object_key() == "up");
    const auto url = client.create_signed_url(bucket, "up2", apsfetch::access::write);
    CHECK(client.upload(std::string(url.text()), "up.bin").sha1() == stored.sha1());
    CHECK(client.object_details(bucket, "up2").size == 9u);
    CHECK(client.try_upload_object(bucket, "up", "no such file").status() == apsfetch::status::file);
}

void listing(const apsfetch::client &client, const char *bucket)
{
    apsfetch::list_options options;
    options.begins_with("list/").limit(2);
    const auto all = client.list_objects(bucket, &options);
    CHECK(all.size() == 5 && all[4].object_key == "list/4" && all[4].bucket_key == bucket && !all.next());
    std::string keys;
    for (const auto &object : all)
        keys += object.object_key.back();
    CHECK(keys == "01234");
    std::size_t count = 0;
    std::optional<std::string> page;
    do {
        const auto some = client.list_objects_page(bucket, page, &options);
        for (const auto &object : some.objects())
            CHECK(object.object_key == all[count++].object_key && object.size == 7u);
        page = some.next();
    } while (page);
    CHECK(count == 5);
}

void folders(const apsfetch::client &client, const char *bucket, const char *design, const char *derivative)
{
    const auto manifest = client.manifest(design);
    CHECK(manifest.status() == apsfetch::translation::success && manifest.percent() == 100u && manifest.type());
    bool found = false;
    for (const auto &node : apsfetch::manifest::from_json(manifest.json()).nodes())
        found = found || node.urn == derivative;
    CHECK(found && manifest.urn() == design);
    CHECK(apsfetch::manifest::try_from_json("no json").status() == apsfetch::status::invalid_argument);

    std::filesystem::create_directory("design");
    apsfetch::design_filter nothing;
    nothing.add_role("no such role").add_mime("no/such").add_output_type("none");
    CHECK(client.plan_design(manifest, "design", &nothing).size() == 0);
    const auto plan = client.plan_design(manifest, "design");
    CHECK(plan.size() >= 1 && plan.folder() == std::filesystem::current_path() / "design");
    const auto job = client.start(plan);
    CHECK(job.wait());
    const auto record = plan.record(job);
    CHECK(record.size() == plan.size() && std::filesystem::exists(record.listing()));
    for (const auto &file : record.files())
        CHECK(file.status != apsfetch::file_status::downloaded || std::filesystem::exists(file.path.value()));
    CHECK(client.download_design(design, "design").files()[0].bytes == 5);

    // Once downloaded, then unchanged.
    apsfetch::object_filter filter;
    filter.prefix("list/").strip_prefix(true);
    std::filesystem::create_directory("list");
    const auto outcome = client.download_objects(bucket, "list", &filter);
    CHECK(outcome.size() == 5 && outcome[0].status == apsfetch::file_status::downloaded && !outcome[0].error);
    CHECK(read("list/0") == "7 bytes");
    const auto again = client.plan_objects(bucket, "list", &filter);
    CHECK(again.size() == 5 && again[4].status == apsfetch::file_status::unchanged && !again[4].job_index);
    CHECK(again[4].relative_path == "4" && again[4].size == 7u);
}

void login(const apsfetch::client &client)
{
    CHECK(client.refresh_token().view().empty());
    apsfetch::login_options options;
    options.timeout = std::chrono::minutes(1);
    const auto login = client.start_login("some-app", "data:read", options);
    CHECK(login.is_open() && login.authorize_url().find("code_challenge") != std::string::npos);
    CHECK(login.redirect_uri().find("/callback") != std::string::npos);
    CHECK(!login.wait(std::chrono::milliseconds(1)) && !login.scopes() && !login.refresh_token());
    const apsfetch::cancel_token token;
    token.cancel();
    CHECK(login.try_wait(apsfetch::no_limit, token).status() == apsfetch::status::cancelled && !login.is_open());
}

} // namespace

int main(int argc, char **argv)
{
    CHECK(argc == 6);
    const apsfetch::client client = make_client(argv[1], argv[2]);

    // A path of a language with more letters.
    const std::filesystem::path umlaut = "Gr\xc3\xb6\xc3\x9f" "e.obj";
    const auto file = client.download(apsfetch::request::derivative(argv[4], argv[5], umlaut));
    CHECK(file.path().filename() == umlaut && read(umlaut) == "a.obj");
    CHECK(file.status() == apsfetch::item_status::downloaded && file.data().empty() && file.parts() == 1);
    CHECK(file.verification() == apsfetch::verification::size && !file.sha1());
    const auto kept = client.download(
        apsfetch::request::derivative(argv[4], argv[5], umlaut).existing_file(apsfetch::existing_file::keep));
    CHECK(kept.status() == apsfetch::item_status::kept);

    client.set_access_token(argv[2]);
    client.set_bandwidth_limit(1024);
    client.set_bandwidth_limit(0);
    CHECK(!client.try_set_bandwidth_limit(1));
    signing(client, argv[3], argv[4], argv[5]);
    uploads(client, argv[3]);
    listing(client, argv[3]);
    folders(client, argv[3], argv[4], argv[5]);
    login(client);
    return 0;
}
