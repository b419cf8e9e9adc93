using System;
using System.Diagnostics;
using System.IO;

namespace ApsFetch.Tests
{
    /// <summary>The samples as programs of their own, with the native library beside the assembly and no variable that
    /// says where it is.</summary>
    internal static class SampleTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        public static void ConsoleObject()
        {
            using (var folder = new TemporaryFolder())
            {
                var output = Run(0, "Console", "object", Sandbox.Bucket, "odd.bin", folder["odd.bin"]);
                Check.Contains("12345 bytes, verified by Sha1", output);
                Check.Equal(12345L, new FileInfo(folder["odd.bin"]).Length);
                Check.Contains("Refused: ", Run(1, "Console", "object", Sandbox.Bucket, "nothing", folder["nothing"]));
                Check.Contains("usage: ", Run(2, "Console", "object"));
            }
        }

        public static void ConsoleDesign()
        {
            using (var folder = new TemporaryFolder())
            {
                var output = Run(1, "Console", "design", Aps.DesignNamed("broken.rvt"), folder.Folder);
                Check.Contains("Refused: APS could not translate the design", output);
            }
        }

        public static void AddInOpensModels()
        {
            using (var folder = new TemporaryFolder())
            {
                var output = Run(0, "AddIn", Sandbox.Bucket, "odd.bin", folder.Folder);
                Check.Contains("in idling events: Downloading closed opened idling.bin, 12345 bytes", output);
                Check.Contains("with await: Downloading opened await.bin, 12345 bytes closed", output);
            }
        }

        public static void AddInShowsErrors()
        {
            using (var folder = new TemporaryFolder())
            {
                var output = Run(1, "AddIn", Sandbox.Bucket, "nothing", folder.Folder);
                Check.Contains("in idling events: Downloading closed error: ", output);
                Check.Contains("with await: Downloading error: ", output);
            }
        }

        public static void AddInIsCancelled()
        {
            using (var folder = new TemporaryFolder())
            using (Aps.Fault("a%2Bb.bin", "{\"kind\":\"hang\"}", ",\"origin\":\"s3\""))
            {
                var output = Run(0, "AddIn", Sandbox.Bucket, "a+b.bin", folder.Folder, "cancel");
                Check.Contains("in idling events: Downloading closed with await: Downloading closed", output);
            }
        }

        /// <summary>What a sample prints, in one line.</summary>
        private static string Run(int exitCode, string sample, params string[] arguments)
        {
            var samples = Environment.GetEnvironmentVariable("APSFETCH_SAMPLES");
            var runtime = Environment.GetEnvironmentVariable("APSFETCH_RUNTIME");
            if (string.IsNullOrEmpty(samples) || string.IsNullOrEmpty(runtime))
            {
                throw new InvalidOperationException("APSFETCH_SAMPLES and APSFETCH_RUNTIME say where the samples are; see run-tests");
            }
            var own = Path.GetExtension(typeof(SampleTests).Assembly.Location);
            var start = new ProcessStartInfo(runtime)
            {
                Arguments = "\"" + Path.Combine(samples, sample + own) + "\" \"" + string.Join("\" \"", arguments) + "\"",
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            };
            start.EnvironmentVariables.Remove(ApsLibrary.EnvironmentVariable);
            start.EnvironmentVariables["APS_BASE_URL"] = Aps.Options().BaseUrl;
            start.EnvironmentVariables["APS_ACCESS_TOKEN"] = Aps.Token();
            using (var process = Process.Start(start))
            {
                var errors = process.StandardError.ReadToEndAsync();
                var output = process.StandardOutput.ReadToEndAsync();
                if (!process.WaitForExit(60000))
                {
                    process.Kill();
                    throw new TimeoutException(sample + " did not end");
                }
                var text = (Check.Result(output) + Check.Result(errors)).Replace("\r", "").Replace("\n", " ");
                Check.Equal(exitCode, process.ExitCode, "exit code of " + sample + ", which said " + text);
                return text;
            }
        }
    }
}
