// Downloads one object of a bucket: quickstart BUCKET KEY FILE
using System;
using System.Threading.Tasks;
using ApsFetch;

internal static class Quickstart
{
    private static int Main(string[] arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length != 3)
        {
            Console.Error.WriteLine("usage: quickstart BUCKET KEY FILE");
            return 2;
        }
        var options = new ApsClientOptions
        {
            BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL"),
            // The library gets its token itself, and renews it.
            ClientId = Environment.GetEnvironmentVariable("APS_CLIENT_ID"),
            ClientSecret = Environment.GetEnvironmentVariable("APS_CLIENT_SECRET"),
            Scopes = "data:read"
        };
        try
        {
            using (var client = new ApsClient(options))
            {
                var progress = new Progress<DownloadProgress>(now => Console.Error.WriteLine(now));
                var file = await client.DownloadAsync(
                    new ObjectRequest(arguments[0], arguments[1], arguments[2]), progress);
                var check = file.Verification == Verification.Sha1 ? "SHA-1" : "size";
                Console.WriteLine($"{file.Path}: {file.Bytes} bytes, verified by {check}");
                return 0;
            }
        }
        catch (ApsException error)
        {
            Console.Error.WriteLine($"{error.Status}: {error.Message}");
            return 1;
        }
    }
}
