using System;
using System.Collections.Concurrent;
using System.IO;
using System.Threading;
using ApsFetch;

namespace ApsFetch.Samples.AddIn
{
    /// <summary>
    /// Plays the host, so that the sample can be tried without a CAD program: one thread, a message loop, an idling
    /// event. <c>AddIn BUCKET KEY FOLDER [cancel]</c> with APS_BASE_URL and APS_ACCESS_TOKEN in the environment.
    /// </summary>
    internal static class TryIt
    {
        private static int Main(string[] arguments)
        {
            if (arguments.Length < 3)
            {
                Console.Error.WriteLine("usage: AddIn BUCKET KEY FOLDER [cancel]");
                return 2;
            }
            var host = new Host();
            SynchronizationContext.SetSynchronizationContext(host);
            var options = new ApsClientOptions
            {
                BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL"),
                AccessToken = Environment.GetEnvironmentVariable("APS_ACCESS_TOKEN")
            };
            using (var client = new ApsClient(options))
            {
                Func<string, ApsRequest> model = name =>
                    new ObjectRequest(arguments[0], arguments[1], Path.Combine(arguments[2], name)) { Resume = false };
                var cancels = arguments.Length > 3;

                Console.WriteLine("in idling events:");
                var first = new Window(cancels);
                new IdlingDownload(client, host, first, new[] { model("idling.bin") });
                host.RunUntil(() => first.IsClosed);

                Console.WriteLine("with await:");
                var second = new Window(cancels);
                var task = AsyncDownload.Run(client, host, second, model("await.bin"));
                host.RunUntil(() => task.IsCompleted);
            }
            return host.ExitCode;
        }

        /// <summary>A program with one thread.</summary>
        private sealed class Host : SynchronizationContext, IHostApplication
        {
            private readonly int _thread = Thread.CurrentThread.ManagedThreadId;
            private readonly BlockingCollection<Action> _posted = new BlockingCollection<Action>();

            internal int ExitCode { get; private set; }

            public event EventHandler Idling;

            public override void Post(SendOrPostCallback callback, object state) => _posted.Add(() => callback(state));

            public void OpenModel(string path)
            {
                OnOwnThread();
                Console.WriteLine($"opened {Path.GetFileName(path)}, {new FileInfo(path).Length} bytes");
            }

            public void ShowError(string message)
            {
                OnOwnThread();
                Console.WriteLine("error: " + message);
                ExitCode = 1;
            }

            internal void RunUntil(Func<bool> isOver)
            {
                while (!isOver())
                {
                    if (_posted.TryTake(out var action, 10))
                    {
                        action();
                    }
                    Idling?.Invoke(this, EventArgs.Empty);
                }
            }

            private void OnOwnThread()
            {
                if (Thread.CurrentThread.ManagedThreadId != _thread)
                {
                    throw new InvalidOperationException("The host was called on a thread that is not its own.");
                }
            }
        }

        /// <summary>A progress window on the console, whose user may be impatient.</summary>
        private sealed class Window : IProgressWindow
        {
            private readonly bool _cancels;

            internal Window(bool cancels)
            {
                _cancels = cancels;
            }

            internal bool IsClosed { get; private set; }

            public event EventHandler Cancelled;

            public void Show(string title) => Console.WriteLine(title);

            public void Update(double? fraction, string text)
            {
                if (IsClosed)
                {
                    throw new InvalidOperationException("The window is closed already.");
                }
                if (_cancels)
                {
                    Cancelled?.Invoke(this, EventArgs.Empty);
                }
            }

            public void Close()
            {
                IsClosed = true;
                Console.WriteLine("closed");
            }
        }
    }
}
