using System;
using System.Text;
using System.Threading.Tasks;
using ApsFetch;

internal static class Files
{
    private static void Main() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        var options = new ApsClientOptions
        {
            BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL"),
            ClientId = Environment.GetEnvironmentVariable("APS_CLIENT_ID"),
            ClientSecret = Environment.GetEnvironmentVariable("APS_CLIENT_SECRET")
        };
        using (var client = new ApsClient(options))
        {
            // ANCHOR: main
            var requests = new ApsRequest[]
            {
                new ObjectRequest("apsfetch-sandbox-models", "house.rvt", "house.rvt"),
                new ObjectRequest("apsfetch-sandbox-files", "folder/sub folder/nested.bin", "nested.bin"),
                new ObjectRequest("apsfetch-sandbox-files", "no such object", "missing.bin"),
                new ObjectRequest("apsfetch-sandbox-files", "notes.txt") { MaxMemoryBytes = 1 << 20 }
            };
            var names = new[] { "house.rvt", "nested.bin", "missing.bin", "notes.txt" };

            // One job. That one item fails does not stop the others: each result has its own error, or none.
            var results = await client.DownloadAsync(requests);
            for (var at = 0; at < results.Count; at++)
            {
                var result = results[at];
                Console.WriteLine(
                    !result.IsSuccess ? $"{names[at]}: status {(int)result.Error.Status}" // its message says what to do
                    : result.Data != null ? $"{names[at]}: {Encoding.UTF8.GetString(result.Data).TrimEnd()}"
                    : $"{names[at]}: {result.Bytes} bytes");
            }
            // ANCHOR_END: main
        }
    }
}
