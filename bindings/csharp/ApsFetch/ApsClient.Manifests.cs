using System;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    public sealed partial class ApsClient
    {
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
                            Native.apsfetch_manifest_fetch(Handle, u, cancel, out var manifest, out var error), error);
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
            cancellationToken.ThrowIfCancellationRequested();
            using (var watch = WatchManifest(urn, limit))
            {
                return watch.Run(progress, cancellationToken);
            }
        }

        /// <summary><see cref="WaitForManifest"/> without holding a thread; <paramref name="progress"/> is told on any
        /// thread.</summary>
        public async Task<Manifest> WaitForManifestAsync(
            string urn,
            TimeSpan? limit = null,
            IProgress<Manifest> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var watch = WatchManifest(urn, limit))
            {
                return await watch.RunAsync(progress, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <summary>Starts <see cref="WaitForManifest"/>, for programs that poll.</summary>
        /// <param name="urn">The design's, in URL-safe base64 or plain.</param>
        /// <param name="limit">How long to wait; without limit by default.</param>
        public unsafe ApsManifestWatch WatchManifest(string urn, TimeSpan? limit = null)
        {
            var text = Text.Encode(urn, nameof(urn));
            var milliseconds = Numbers.Milliseconds(limit ?? Timeout.InfiniteTimeSpan, nameof(limit));
            fixed (byte* u = text)
            {
                Call.Check(
                    Native.apsfetch_manifest_watch_start(Handle, u, milliseconds, out var watch, out var error), error);
                return new ApsManifestWatch(watch, _tokens);
            }
        }
    }
}
