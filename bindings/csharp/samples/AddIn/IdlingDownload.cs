using System;
using System.Collections.Generic;
using System.Linq;
using ApsFetch;

namespace ApsFetch.Samples.AddIn
{
    /// <summary>
    /// The pattern for hosts that forbid other threads and have no message loop to come back to (Revit): a job of the
    /// library runs on the library's own threads, and each idling event looks at it for no time at all.
    /// </summary>
    public sealed class IdlingDownload
    {
        private readonly IHostApplication _host;
        private readonly IProgressWindow _window;
        private readonly ApsJob _job;
        private bool _isOver;

        // ANCHOR: idling
        /// <summary>Starts to download; the models are opened when all of them are there.</summary>
        public IdlingDownload(ApsClient client, IHostApplication host, IProgressWindow window, IEnumerable<ApsRequest> requests)
        {
            _host = host;
            _window = window;
            _job = client.Start(requests);
            _window.Cancelled += OnCancelled;
            _window.Show("Downloading");
            _host.Idling += OnIdling;
        }

        private void OnCancelled(object sender, EventArgs nothing)
        {
            if (!_isOver)
            {
                // Returns at once. The job is over in a moment, and an idling event will see it.
                _job.Cancel();
            }
        }

        private void OnIdling(object sender, EventArgs nothing)
        {
            // What is thrown out of an event handler ends some hosts.
            try
            {
                if (!_job.Wait(TimeSpan.Zero))
                {
                    Texts.Tell(_window, _job.GetProgress());
                    return;
                }
                Close();
                var results = _job.GetResults();
                var failed = results.FirstOrDefault(result => !result.IsSuccess);
                if (failed != null)
                {
                    if (failed.Error.Status != ApsStatus.Cancelled)
                    {
                        _host.ShowError(Texts.Advice(failed.Error));
                    }
                    return;
                }
                foreach (var result in results)
                {
                    _host.OpenModel(result.Path);
                }
            }
            catch (Exception error)
            {
                Close();
                _host.ShowError(error.Message);
            }
            finally
            {
                if (_isOver)
                {
                    _job.Dispose();
                }
            }
        }
        // ANCHOR_END: idling

        private void Close()
        {
            if (!_isOver)
            {
                _isOver = true;
                _host.Idling -= OnIdling;
                _window.Cancelled -= OnCancelled;
                _window.Close();
            }
        }
    }
}
