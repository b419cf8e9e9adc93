using System;
using ApsFetch;

internal static class Resume
{
    private static void Main()
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
            var request = new ObjectRequest("apsfetch-sandbox-files", "medium.bin", "medium.bin");
            using (var job = client.Start(new[] { request }))
            {
                // A timer or an idling event of a user interface would ask with TimeSpan.Zero.
                while (!job.Wait(TimeSpan.FromMilliseconds(100)))
                {
                    var now = job.GetProgress();
                    Console.Error.WriteLine(now);
                    if (now.BytesDone > 4000000) // the user has changed their mind
                    {
                        job.Cancel();
                    }
                }
                if (job.GetResult(0).Error?.Status == ApsStatus.Cancelled)
                {
                    Console.WriteLine("cancelled");
                }
            }

            // The same source to the same target, now or after another start of the program: it goes on.
            var file = client.Download(request);
            var share = file.ResumedBytes > 0 ? "not all of them" : "all";
            Console.WriteLine($"{file.Bytes} bytes, {share} in the second run");
            // ANCHOR_END: main
        }
    }
}
