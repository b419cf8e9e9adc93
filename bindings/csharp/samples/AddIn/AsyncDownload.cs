using System;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch;

namespace ApsFetch.Samples.AddIn
{
    /// <summary>
    /// The pattern for hosts whose thread has a synchronization context (AutoCAD, Inventor, anything with a WPF or Windows
    /// Forms window): <c>await</c> comes back to the host's thread, and so does <see cref="Progress{T}"/>.
    /// </summary>
    public static class AsyncDownload
    {
        /// <summary>Call it on the host's own thread. It never throws; what goes wrong is shown to the user.</summary>
        public static async Task Run(ApsClient client, IHostApplication host, IProgressWindow window, ApsRequest request)
        {
            using (var source = new CancellationTokenSource())
            {
                EventHandler cancel = (sender, nothing) => source.Cancel();
                var isOpen = true;
                window.Cancelled += cancel;
                window.Show("Downloading");
                try
                {
                    // Progress<T> posts, so a last report may come when the window is closed already.
                    var progress = new Progress<DownloadProgress>(now =>
                    {
                        if (isOpen)
                        {
                            Texts.Tell(window, now);
                        }
                    });
                    var result = await client.DownloadAsync(request, progress, source.Token);
                    host.OpenModel(result.Path);
                }
                catch (OperationCanceledException)
                {
                    // The user knows. The next download of the same file goes on where this one was.
                }
                catch (ApsException error)
                {
                    host.ShowError(Texts.Advice(error));
                }
                catch (Exception error)
                {
                    host.ShowError(error.Message);
                }
                finally
                {
                    isOpen = false;
                    window.Cancelled -= cancel;
                    window.Close();
                }
            }
        }
    }
}
