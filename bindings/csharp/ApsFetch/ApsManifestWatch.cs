using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>
    /// A wait for a translation, under way or over, for programs that poll. Others use
    /// <see cref="ApsClient.WaitForManifestAsync(string, TimeSpan?, IProgress{Manifest}, CancellationToken)"/>.
    /// The translation goes on at APS whatever becomes of the wait.
    /// </summary>
    public sealed class ApsManifestWatch : IDisposable
    {
        private readonly ManifestWatchHandle _handle;
        private readonly Poller _poller;

        internal ApsManifestWatch(ManifestWatchHandle handle, TokenRenewal tokens)
        {
            _handle = handle;
            _poller = new Poller(WaitSlice, () => State, Cancel, tokens);
        }

        /// <summary>What it is doing.</summary>
        public JobState State
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            get => (JobState)Native.apsfetch_manifest_watch_state(Handle);
        }

        /// <summary>How many manifests have come so far: when it has grown, there is a new one.</summary>
        public long Count
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            get => (long)Native.apsfetch_manifest_watch_count(Handle);
        }

        /// <summary>Waits for the end, at most so long; <see cref="Timeout.InfiniteTimeSpan"/> for however long it
        /// takes. A token provider is asked during such waits, also during one of no length.</summary>
        /// <returns>Whether the wait for the translation is over, whatever became of it.</returns>
        public bool Wait(TimeSpan limit) => _poller.Wait(limit);

        /// <summary>The manifest that came last; null before the first one.</summary>
        public Manifest GetLatest()
        {
            var status = Call.Check(Native.apsfetch_manifest_watch_latest(Handle, out var manifest, out var error), error);
            using (manifest)
            {
                return status == (int)ApsStatus.Pending ? null : new Manifest(manifest);
            }
        }

        /// <summary>Ends the wait. It returns at once, and the wait ends in a moment.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Cancel() => Call.Check(Native.apsfetch_manifest_watch_cancel(Handle, out var error), error);

        /// <summary>The manifest of the translation that is over; its <see cref="Manifest.Status"/> tells success and
        /// failure apart.</summary>
        /// <exception cref="InvalidOperationException">The wait is not over.</exception>
        /// <exception cref="ApsNotReadyException">The limit passed.</exception>
        /// <exception cref="ApsException">It failed otherwise, or was cancelled.</exception>
        public Manifest GetResult()
        {
            var status = Native.apsfetch_manifest_watch_result(Handle, out var manifest, out var error);
            using (manifest)
            {
                if (status == (int)ApsStatus.Pending)
                {
                    throw new InvalidOperationException("The wait for the translation is not over.");
                }
                using (error)
                {
                    if (status < 0)
                    {
                        _poller.ThrowFailure();
                    }
                    Call.Check(status, error);
                }
                return new Manifest(manifest);
            }
        }

        /// <summary>Frees the watch. One that is not over is ended first.</summary>
        public void Dispose() => _handle.Dispose();

        private ManifestWatchHandle Handle => _handle.Of(this);

        internal Manifest Run(IProgress<Manifest> progress, CancellationToken cancellationToken)
        {
            _poller.Run(Reporter(progress), cancellationToken);
            return Finish(cancellationToken);
        }

        internal async Task<Manifest> RunAsync(IProgress<Manifest> progress, CancellationToken cancellationToken)
        {
            await _poller.RunAsync(Reporter(progress), cancellationToken).ConfigureAwait(false);
            return Finish(cancellationToken);
        }

        private Action Reporter(IProgress<Manifest> progress)
        {
            if (progress == null)
            {
                return null;
            }
            var told = 0L;
            return () =>
            {
                var count = Count;
                if (count != told)
                {
                    told = count;
                    progress.Report(GetLatest());
                }
            };
        }

        private Manifest Finish(CancellationToken cancellationToken)
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
            var status = Call.Check(Native.apsfetch_manifest_watch_wait(Handle, milliseconds, out var error), error);
            return status != (int)ApsStatus.Pending;
        }
    }
}
