using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

namespace ApsFetch.Tests
{
    /// <summary>APS on loopback: the program named by APSFETCH_SANDBOX. It ends with its standard input, so also
    /// when the tests crash.</summary>
    internal sealed class Sandbox : IDisposable
    {
        internal const string Bucket = "apsfetch-sandbox-files";

        private static Sandbox _shared;
        private readonly Process _process;
        private readonly string _info;
        private readonly string _api;

        internal Sandbox(string arguments = "")
        {
            var program = Environment.GetEnvironmentVariable("APSFETCH_SANDBOX");
            if (string.IsNullOrEmpty(program))
            {
                throw new InvalidOperationException("APSFETCH_SANDBOX is not set");
            }
            _process = Process.Start(new ProcessStartInfo(program, "--until-stdin-closes " + arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true
            });
            _info = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The sandbox did not start.");
            _api = Value("api");
        }

        internal static Sandbox Shared => _shared ?? (_shared = new Sandbox());

        internal string ClientId => Value("client_id");

        internal string PublicClientId => Value("public_client_id");

        internal string CaFile => Value("ca_file");

        /// <summary>The URN of the first sample design, house.rvt.</summary>
        internal string Design => Value("urn");

        /// <summary>The URN of the sample design of this name.</summary>
        internal string DesignNamed(string name)
        {
            // In base64 without padding, it names the file at its end; the fields come in any order.
            return Regex.Matches(_info, "\"urn\":\"([A-Za-z0-9_-]+)\"").Cast<Match>().Select(match => match.Groups[1].Value)
                .First(urn => Decode(urn).EndsWith("/" + name, StringComparison.Ordinal));
        }

        private static string Decode(string base64)
        {
            var padded = base64.Replace('-', '+').Replace('_', '/').PadRight((base64.Length + 3) / 4 * 4, '=');
            return Encoding.UTF8.GetString(Convert.FromBase64String(padded));
        }

        /// <summary>The URN of the first derivative whose name ends like this.</summary>
        internal string Derivative(string end)
        {
            return Regex.Match(_info, "\"urn\":\"([^\"]*" + Regex.Escape(end) + ")\"").Groups[1].Value;
        }

        internal static void StopShared()
        {
            _shared?.Dispose();
            _shared = null;
        }

        internal string Token(string scopes = "data:read")
        {
            var answer = Post("token", "{\"scopes\":\"" + scopes + "\"}");
            return Regex.Match(answer, "\"access_token\":\\s*\"([^\"]+)\"").Groups[1].Value;
        }

        internal ApsClientOptions Options() => new ApsClientOptions
        {
            BaseUrl = _api,
            ClientId = ClientId,
            ClientSecret = Value("client_secret"),
            CaFile = CaFile,
            Proxy = ""
        };

        internal ApsClientOptions OptionsWithoutToken() => new ApsClientOptions { BaseUrl = _api, Proxy = "" };

        internal ApsClient Client() => new ApsClient(Options());

        internal ObjectRequest AddObject(string key, string content, string path = null)
        {
            Post("objects", "{\"bucket\":\"" + Bucket + "\",\"key\":\"" + key + "\",\"content\":" + content + "}");
            return new ObjectRequest(Bucket, key, path);
        }

        /// <summary>A fault for this path alone, as long as the result lives.</summary>
        internal IDisposable Fault(string pathContains, string fault, string more = "")
        {
            var answer = Post("faults", "{\"match\":{\"path_contains\":\"" + pathContains + "\"" + more + "},\"fault\":" + fault + "}");
            return new RemoveFault(this, Regex.Match(answer, "\"id\":\\s*(\\d+)").Groups[1].Value);
        }

        internal string Post(string path, string json) => Send("POST", path, json);

        internal string Get(string path) => Send("GET", path, "");

        /// <summary>Waits until a request has reached the sandbox.</summary>
        internal void WaitForRequest(string target)
        {
            var clock = Stopwatch.StartNew();
            while (Get("requests").IndexOf(target, StringComparison.Ordinal) < 0)
            {
                if (clock.Elapsed > TimeSpan.FromSeconds(30))
                {
                    throw new TimeoutException("No request came: " + target);
                }
                Thread.Sleep(1);
            }
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(10000))
            {
                _process.Kill();
            }
            _process.Dispose();
        }

        private string Value(string name)
        {
            var match = Regex.Match(_info, "\"" + name + "\":\"([^\"]*)\"");
            return match.Success ? match.Groups[1].Value : null;
        }

        // By hand, since HttpClient is one more assembly to install on Mono and HttpWebRequest is obsolete on .NET.
        private string Send(string method, string path, string body)
        {
            var answer = Exchange(method, new Uri(_api + "/sandbox/" + path), body);
            if (!answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{method} {path} {body}: {answer}");
            }
            return answer;
        }

        /// <summary>What a browser does: follows where it is sent, and gives the last answer.</summary>
        internal static string Browse(string url)
        {
            while (true)
            {
                var answer = Exchange("GET", new Uri(url), "");
                var next = Regex.Match(answer, "^location: *(\\S+)", RegexOptions.IgnoreCase | RegexOptions.Multiline);
                if (!next.Success)
                {
                    return answer;
                }
                url = next.Groups[1].Value;
            }
        }

        private static string Exchange(string method, Uri address, string body)
        {
            using (var connection = new TcpClient(address.Host, address.Port))
            using (var stream = connection.GetStream())
            {
                var bytes = Encoding.UTF8.GetBytes(body);
                var head = Encoding.ASCII.GetBytes(
                    $"{method} {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n" +
                    $"Content-Type: application/json\r\nContent-Length: {bytes.Length}\r\n\r\n");
                stream.Write(head, 0, head.Length);
                stream.Write(bytes, 0, bytes.Length);
                return new StreamReader(stream, Encoding.UTF8).ReadToEnd();
            }
        }

        private sealed class RemoveFault : IDisposable
        {
            private readonly Sandbox _sandbox;
            private readonly string _id;

            internal RemoveFault(Sandbox sandbox, string id)
            {
                _sandbox = sandbox;
                _id = id;
            }

            public void Dispose() => _sandbox.Send("DELETE", "faults/" + _id, "");
        }
    }

    /// <summary>A folder that is gone afterwards.</summary>
    internal sealed class TemporaryFolder : IDisposable
    {
        internal TemporaryFolder(string name = "files")
        {
            Root = Path.Combine(Path.GetTempPath(), "apsfetch-" + Guid.NewGuid().ToString("N"));
            Folder = Path.Combine(Root, name);
            Directory.CreateDirectory(Folder);
        }

        private string Root { get; }

        internal string Folder { get; }

        internal string this[string name] => Path.Combine(Folder, name);

        public void Dispose() => Directory.Delete(Root, true);
    }

    /// <summary>Tells at once, on the thread that reports; Progress&lt;T&gt; would post.</summary>
    internal class Listener<T> : IProgress<T>
    {
        private readonly Action<T> _tell;

        internal Listener(Action<T> tell)
        {
            _tell = tell;
        }

        public void Report(T value) => _tell(value);
    }

    internal sealed class Listener : Listener<DownloadProgress>
    {
        internal Listener(Action<DownloadProgress> tell) : base(tell)
        {
        }
    }
}
