using System;
using System.IO;
using System.Threading.Tasks;
using ApsFetch;

internal static class Network
{
    // ANCHOR: main
    private static ApsClient ClientFor(string region)
    {
        return new ApsClient(new ApsClientOptions
        {
            BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL"),
            ClientId = Environment.GetEnvironmentVariable("APS_CLIENT_ID"),
            ClientSecret = Environment.GetEnvironmentVariable("APS_CLIENT_SECRET"),
            Region = region,
            // Trusted beside the system's own certificates: the firm's authority, or here the sandbox's.
            CaFile = Environment.GetEnvironmentVariable("APS_CA_FILE"),
            // "http://user:password@proxy.firm.example:8080"; "" for none, whatever the environment says.
            Proxy = "",
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxConnections = 16,
            UserAgent = "MyPlugin/2.1"
        });
    }

    private static void Main() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        const string Urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/Haus.rvt";
        foreach (var region in new[] { "US", "EMEA" })
        {
            using (var client = ClientFor(region))
            {
                try
                {
                    var manifest = await client.GetManifestAsync(Urn);
                    foreach (var node in manifest.Nodes)
                    {
                        if (node.Urn == null)
                        {
                            continue;
                        }
                        var file = await client.DownloadAsync(node.ToRequest("Haus.obj"));
                        Console.WriteLine($"{region}: {Path.GetFileName(file.Path)}, {file.Bytes} bytes");
                    }
                }
                catch (ApsNotFoundException error)
                {
                    Console.WriteLine($"{region}: status {(int)error.Status}");
                }
            }
        }
    }
    // ANCHOR_END: main
}
