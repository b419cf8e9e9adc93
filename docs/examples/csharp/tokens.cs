using System;
using System.Threading.Tasks;
using ApsFetch;

internal static class Tokens
{
    private static void Main() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        // ANCHOR: main
        var options = new ApsClientOptions
        {
            BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL"),
            // Called when there is no token, and whenever APS refuses it: the download goes on where it was.
            TokenProvider = GetTokenAsync
        };
        using (var client = new ApsClient(options))
        {
            var file = await client.DownloadAsync(
                new ObjectRequest("apsfetch-sandbox-models", "house.rvt", "house.rvt"));
            Console.WriteLine($"house.rvt: {file.Bytes} bytes");
        }
        // ANCHOR_END: main
    }

    // Stands for what the host does: it asks its own server, or its user.
    private static Task<string> GetTokenAsync()
    {
        Console.WriteLine("a token, please");
        return Task.FromResult(Environment.GetEnvironmentVariable("APS_SANDBOX_TOKEN"));
    }
}
