using System;
using System.Threading.Tasks;
using ApsFetch;

internal static class Designs
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
            const string Urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/house.rvt";
            // At the most half an hour until the translation is over; told each manifest that APS sends.
            var manifest = await client.WaitForManifestAsync(
                Urn, TimeSpan.FromMinutes(30), new Progress<Manifest>(now => Console.Error.WriteLine(now)));
            if (manifest.Status == TranslationStatus.Success)
            {
                Console.WriteLine("translated");
            }

            // Derivatives of these types; without a filter all that can be downloaded.
            var some = new DesignFilter { OutputTypes = { "mtl", "ifc" } };
            var house = await client.DownloadDesignAsync(Urn, "house", some);
            Console.WriteLine($"{house.Count(FileStatus.Downloaded)} in the folder \"house\"");

            // All objects whose key begins with "folder/", without that in their names.
            var below = new ObjectFilter { Prefix = "folder/", StripPrefix = true };
            var files = await client.DownloadObjectsAsync("apsfetch-sandbox-files", "files", below);
            Console.WriteLine($"{files.Count(FileStatus.Downloaded)} in the folder \"files\"");

            // Again: what has not changed on either side is left alone.
            var again = await client.DownloadDesignAsync(Urn, "house", some);
            if (again.Count(FileStatus.Unchanged) == again.Files.Count)
            {
                Console.WriteLine("nothing new");
            }
            // ANCHOR_END: main
        }
    }
}
