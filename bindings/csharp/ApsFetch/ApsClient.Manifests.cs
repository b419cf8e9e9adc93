using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    public sealed partial class ApsClient
    {
        // With progress the wrapper asks by itself, since no callback crosses the boundary.
        private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
        private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(12);
        // When the service names its own pace.
        private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

        /// <summary>Asks for the manifest of a design: what its translation made, and how far it has come.</summary>
        /// <param name="urn">The design's, in URL-safe base64 or plain.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <exception cref="ApsNotReadyException">There is none yet.</exception>
        /// <exception cref="ApsNotFoundException">APS does not know the design in this region.</exception>
        public unsafe Manifest GetManifest(
            string urn,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var text = Text.Encode(urn, nameof(urn));
            return Blocking(
                cancel =>
                {
                    fixed (byte* u = text)
                    {
                        Call.Check(
                            Native.apsfetch_manifest_fetch(_impatient, u, cancel, out var manifest, out var error), error);
                        using (manifest)
                        {
                            return new Manifest(manifest);
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="GetManifest"/> on a thread of the pool.</summary>
        public Task<Manifest> GetManifestAsync(
            string urn,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => GetManifest(urn, cancellationToken), cancellationToken);
        }

        /// <summary>Asks for the manifest with growing pauses until the translation is over: success, failure or
        /// timeout of APS's own, which its <see cref="Manifest.Status"/> tells apart.</summary>
        /// <param name="urn">The design's, in URL-safe base64 or plain.</param>
        /// <param name="limit">How long to wait; without limit by default.</param>
        /// <param name="progress">Is told each manifest that APS sends, on this thread. What it throws ends the
        /// wait.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <exception cref="ApsNotReadyException">The limit passed.</exception>
        public Manifest WaitForManifest(
            string urn,
            TimeSpan? limit = null,
            IProgress<Manifest> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var most = limit ?? Timeout.InfiniteTimeSpan;
            var milliseconds = Numbers.Milliseconds(most, nameof(limit));
            if (progress == null)
            {
                return WaitForManifest(urn, milliseconds, cancellationToken);
            }
            var clock = Stopwatch.StartNew();
            for (var pause = FirstPause; ; pause = Shorter(pause + pause, LongestPause))
            {
                var wait = pause;
                ApsNotReadyException notReady = null;
                try
                {
                    var manifest = GetManifest(urn, cancellationToken);
                    progress.Report(manifest);
                    if (manifest.IsFinal)
                    {
                        return manifest;
                    }
                }
                catch (ApsNotReadyException error)
                {
                    notReady = error;
                    wait = Shorter(error.RetryAfter ?? pause, LongestRetryAfter);
                }
                if (most != Timeout.InfiniteTimeSpan)
                {
                    wait = Shorter(wait, most - clock.Elapsed);
                    if (wait <= TimeSpan.Zero)
                    {
                        throw notReady ?? ApsException.From(new ErrorDetails(ApsStatus.NotReady,
                            $"The translation was not over after {most.TotalSeconds:0} s of waiting. " +
                            "Wait longer, or look whether it was started."));
                    }
                }
                Pause(wait, cancellationToken);
            }
        }

        /// <summary><see cref="WaitForManifest(string, TimeSpan?, IProgress{Manifest}, CancellationToken)"/> on a thread
        /// of the pool.</summary>
        public Task<Manifest> WaitForManifestAsync(
            string urn,
            TimeSpan? limit = null,
            IProgress<Manifest> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => WaitForManifest(urn, limit, progress, cancellationToken), cancellationToken);
        }

        private unsafe Manifest WaitForManifest(string urn, uint milliseconds, CancellationToken cancellationToken)
        {
            var text = Text.Encode(urn, nameof(urn));
            return Blocking(
                cancel =>
                {
                    fixed (byte* u = text)
                    {
                        Call.Check(
                            Native.apsfetch_manifest_wait(_impatient, u, milliseconds, IntPtr.Zero, null, cancel, out var manifest, out var error),
                            error);
                        using (manifest)
                        {
                            return new Manifest(manifest);
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary>Ends early when the wait is cancelled or the client disposed.</summary>
        private void Pause(TimeSpan length, CancellationToken cancellationToken)
        {
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token))
            {
                either.Token.WaitHandle.WaitOne(length);
            }
            cancellationToken.ThrowIfCancellationRequested();
            _closing.Token.ThrowIfCancellationRequested();
        }

        private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }
}
