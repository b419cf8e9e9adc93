using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using ApsFetch;

internal static class Urls
{
    private static void Main() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        File.WriteAllText("hello.txt", "Hello, APS!\n");
        var options = new ApsClientOptions
        {
            BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL"),
            ClientId = Environment.GetEnvironmentVariable("APS_CLIENT_ID"),
            ClientSecret = Environment.GetEnvironmentVariable("APS_CLIENT_SECRET"),
            Scopes = "data:read data:write"
        };
        using (var client = new ApsClient(options))
        {
            // ANCHOR: main
            const string Bucket = "apsfetch-sandbox-models";
            // Everything to fetch a file by other means. URL and cookies are secrets for as long as they work.
            var list = await client.SignAsync(new[] { new ObjectRequest(Bucket, "house.rvt") });
            var house = list[0].EnsureSuccess();
            var withSha1 = house.Sha1 != null ? "with" : "without";
            Console.WriteLine($"house.rvt: {house.Size} bytes, {house.Cookies.Count} cookies, {withSha1} a SHA-1");

            // A file becomes an object.
            var stored = await client.UploadObjectAsync(Bucket, "hello.txt", "hello.txt");
            Console.WriteLine("uploaded: " + stored.ObjectId);

            // A URL for somebody who has no token: to read, for 10 minutes, once.
            var url = await client.CreateSignedUrlAsync(Bucket, "hello.txt", minutesExpiration: 10, singleUse: true);

            // What that somebody does.
            var file = await client.DownloadAsync(
                new UrlRequest(url.Url) { SingleUse = true, MaxMemoryBytes = 1 << 20 });
            Console.Write("read back: " + Encoding.UTF8.GetString(file.Data));
            // ANCHOR_END: main
        }
    }
}
