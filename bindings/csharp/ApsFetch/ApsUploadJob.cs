using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>
    /// An upload under way, or over, for programs that poll. Others use
    /// <see cref="ApsClient.UploadObjectAsync(string, string, string, UploadOptions, IProgress{UploadProgress}, CancellationToken)"/>.
    /// </summary>
    public sealed class ApsUploadJob : IDisposable
    {
        private readonly UploadJobHandle _handle;
        private readonly Poller _poller;

        internal ApsUploadJob(UploadJobHandle handle, TokenRenewal tokens)
        {
            _handle = handle;
            _poller = new Poller(WaitSlice, () => GetProgress().State, Cancel, tokens);
        }

        /// <summary>Waits for the end, at most so long; <see cref="Timeout.InfiniteTimeSpan"/> for however long it
        /// takes. A token provider is asked during such waits, also during one of no length.</summary>
        /// <returns>Whether the upload is over, whatever became of it.</returns>
        public bool Wait(TimeSpan limit) => _poller.Wait(limit);

        /// <summary>How far it has come.</summary>
        public unsafe UploadProgress GetProgress()
        {
            var progress = new NativeProgress { StructSize = (uint)sizeof(NativeProgress) };
            Call.Check(Native.apsfetch_upload_job_progress(Handle, &progress, out var error), error);
            return new UploadProgress(progress);
        }

        /// <summary>Breaks the upload off. It returns at once, and the upload ends in a moment. It stores nothing then, but
        /// one that is cancelled in its last moment may have been stored already.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Cancel() => Call.Check(Native.apsfetch_upload_job_cancel(Handle, out var error), error);

        /// <summary>What the service said when the file was stored.</summary>
        /// <exception cref="InvalidOperationException">The upload is not over.</exception>
        /// <exception cref="ApsException">It failed, or was cancelled.</exception>
        public UploadResult GetResult()
        {
            var status = Native.apsfetch_upload_job_result(Handle, out var result, out var error);
            using (result)
            {
                if (status == (int)ApsStatus.Pending)
                {
                    throw new InvalidOperationException("The upload is not over.");
                }
                using (error)
                {
                    if (status < 0)
                    {
                        _poller.ThrowFailure();
                    }
                    Call.Check(status, error);
                }
                return new UploadResult(result);
            }
        }

        /// <summary>Frees the job. One that is not over is cancelled, and nothing of it reads the file or sends any more
        /// when this returns.</summary>
        public void Dispose() => _handle.Dispose();

        private UploadJobHandle Handle => _handle.Of(this);

        internal UploadResult Run(IProgress<UploadProgress> progress, CancellationToken cancellationToken)
        {
            _poller.Run(Reporter(progress), cancellationToken);
            return Finish(cancellationToken);
        }

        internal async Task<UploadResult> RunAsync(IProgress<UploadProgress> progress, CancellationToken cancellationToken)
        {
            await _poller.RunAsync(Reporter(progress), cancellationToken).ConfigureAwait(false);
            return Finish(cancellationToken);
        }

        private Action Reporter(IProgress<UploadProgress> progress)
        {
            return progress == null ? (Action)null : () => progress.Report(GetProgress());
        }

        private UploadResult Finish(CancellationToken cancellationToken)
        {
            try
            {
                return GetResult();
            }
            catch (ApsException cancelled) when (cancelled.Status == ApsStatus.Cancelled)
            {
                throw cancelled.AsThrown(cancellationToken);
            }
        }

        private bool WaitSlice(uint milliseconds)
        {
            var status = Call.Check(Native.apsfetch_upload_job_wait(Handle, milliseconds, out var error), error);
            return status != (int)ApsStatus.Pending;
        }
    }
}
