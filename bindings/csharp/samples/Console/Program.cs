using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch;

namespace ApsFetch.Samples.ConsoleDownload
{
    /// <summary>
    /// Downloads one object, or a whole design, and shows how far it is. Ctrl-C stops it, and the same command goes on.
    /// </summary>
    internal static class Program
    {
        private const string Usage =
            "usage: Console object BUCKET KEY FILE\n" +
            "       Console design URN FOLDER\n" +
            "with APS_CLIENT_ID and APS_CLIENT_SECRET, or APS_ACCESS_TOKEN, in the environment;\n" +
            "APS_BASE_URL (a sandbox), APS_CA_FILE and APS_REGION are looked at, too";

        private static int Main(string[] arguments)
        {
            using (var source = new CancellationTokenSource())
            {
                Console.CancelKeyPress += (sender, pressed) =>
                {
                    // Not killed: told to stop, so that everything is in order when it does.
                    pressed.Cancel = true;
                    source.Cancel();
                };
                try
                {
                    return Run(arguments, source.Token).GetAwaiter().GetResult();
                }
                catch (OperationCanceledException)
                {
                    Console.Error.WriteLine("Stopped. The same command goes on where it was.");
                    return 130;
                }
                catch (ApsException error)
                {
                    Console.Error.WriteLine($"{error.Status}: {error.Message}");
                    if (error.RequestId != null)
                    {
                        Console.Error.WriteLine($"For Autodesk's support: request {error.RequestId}");
                    }
                    return 1;
                }
                catch (DllNotFoundException error)
                {
                    Console.Error.WriteLine(error.Message);
                    return 1;
                }
            }
        }

        private static async Task<int> Run(string[] arguments, CancellationToken cancellationToken)
        {
            var command = arguments.Length == 0 ? "" : arguments[0];
            if (!(command == "object" && arguments.Length == 4) && !(command == "design" && arguments.Length == 3))
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
            using (var client = new ApsClient(Options()))
            {
                var bar = new Bar();
                if (command == "object")
                {
                    var request = new ObjectRequest(arguments[1], arguments[2], Path.GetFullPath(arguments[3]));
                    var result = await client.DownloadAsync(request, bar, cancellationToken);
                    Console.WriteLine($"{result.Path}: {result.Bytes} bytes, verified by {result.Verification}");
                    return 0;
                }
                var outcome = await client.DownloadDesignAsync(arguments[1], arguments[2], null, bar, cancellationToken);
                foreach (var file in outcome.Files)
                {
                    Console.WriteLine($"{file.Status,-10} {file.Path ?? file.Id} {file.Error?.Message ?? file.Reason}");
                }
                return outcome.IsSuccess ? 0 : 1;
            }
        }

        private static ApsClientOptions Options()
        {
            var options = new ApsClientOptions
            {
                AccessToken = Variable("APS_ACCESS_TOKEN"),
                Region = Variable("APS_REGION"),
                BaseUrl = Variable("APS_BASE_URL"),
                CaFile = Variable("APS_CA_FILE"),
                UserAgent = "ApsFetchSample/1.0"
            };
            if (options.AccessToken == null)
            {
                options.ClientId = Variable("APS_CLIENT_ID");
                options.ClientSecret = Variable("APS_CLIENT_SECRET");
            }
            return options;
        }

        private static string Variable(string name)
        {
            var value = Environment.GetEnvironmentVariable(name);
            return string.IsNullOrEmpty(value) ? null : value;
        }

        /// <summary>One line that is written over and over; several in a file or a pipe.</summary>
        private sealed class Bar : IProgress<DownloadProgress>
        {
            private readonly Stopwatch _clock = Stopwatch.StartNew();

            public void Report(DownloadProgress now)
            {
                var speed = now.BytesDone / Math.Max(_clock.Elapsed.TotalSeconds, 0.001) / 1e6;
                var text = now.State == JobState.WaitingForToken
                    ? "waiting for an access token"
                    : $"{now.BytesDone / 1e6,10:0.0} of {now.BytesTotal / 1e6:0.0} MB  {speed:0.0} MB/s  {now.Connections} connections";
                var isOver = now.State == JobState.Finished;
                if (Console.IsErrorRedirected)
                {
                    if (isOver)
                    {
                        Console.Error.WriteLine(text.Trim());
                    }
                    return;
                }
                Console.Error.Write("\r" + text.PadRight(70) + (isOver ? "\n" : ""));
            }
        }
    }
}
