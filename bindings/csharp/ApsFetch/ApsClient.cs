using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>
    /// A connection to APS. It holds the options, the access token, idle connections and the worker threads, which
    /// all its downloads share; one is enough for a program. All members may be used from any thread at any time.
    /// </summary>
    public sealed partial class ApsClient : IDisposable
    {
        private readonly ClientHandle _client;
        private readonly TokenRenewal _tokens;
        private readonly CancellationTokenSource _closing = new CancellationTokenSource();

        /// <summary>Makes a client. Nothing is sent and no thread is started yet.</summary>
        /// <exception cref="ApsArgumentException">An option is malformed or out of range.</exception>
        /// <exception cref="DllNotFoundException">The native library was not found or does not fit; see
        /// <see cref="ApsLibrary"/>.</exception>
        public ApsClient(ApsClientOptions options)
        {
            if (options == null)
            {
                throw new ArgumentNullException(nameof(options));
            }
            ApsLibrary.Load();
            using (var config = options.ToHandle())
            {
                _client = NewClient(config);
                if (options.TokenProvider != null)
                {
                    _tokens = new TokenRenewal(options.TokenProvider, SetAccessToken);
                }
            }
        }

        private ClientHandle Handle => _client.Of(this);

        // Not in the constructor, since Mono looks for the native functions a method calls before it runs the method,
        // and so before the library is loaded.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static ClientHandle NewClient(ConfigHandle config)
        {
            Call.Check(Native.apsfetch_client_new(config, out var client, out var error), error);
            return client;
        }

        /// <summary>Sets the access token for the requests from now on, also of downloads that run. Those that wait
        /// for a token go on.</summary>
        public unsafe void SetAccessToken(string token)
        {
            if (token == null)
            {
                throw new ArgumentNullException(nameof(token));
            }
            Call.Set(Native.apsfetch_client_set_access_token, Handle, token, nameof(token));
        }

        /// <summary>Limits all downloads of the client together from now on, also those under way, in bytes a second;
        /// 0 is no limit.</summary>
        public void SetBandwidthLimit(long bytesPerSecond)
        {
            Call.Set(Native.apsfetch_client_set_bandwidth_limit, Handle, bytesPerSecond, nameof(bytesPerSecond));
        }

        /// <summary>Downloads one file. <paramref name="progress"/> is told about ten times a second and once at
        /// the end.</summary>
        /// <exception cref="ApsException">The download failed. The target is as it was before.</exception>
        /// <exception cref="OperationCanceledException">It was cancelled. The target is as it was before.</exception>
        public async Task<DownloadResult> DownloadAsync(
            ApsRequest request,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var results = await DownloadAsync(One(request), progress, cancellationToken).ConfigureAwait(false);
            return results[0].EnsureSuccess();
        }

        /// <summary>Downloads several files. One that fails does not stop the others and throws nothing: look at
        /// <see cref="DownloadResult.Error"/> of each result, or call
        /// <see cref="DownloadResult.EnsureSuccess"/>.</summary>
        /// <returns>A result for each request, in their order.</returns>
        /// <exception cref="OperationCanceledException">It was cancelled. Files that were complete stay.</exception>
        public async Task<IReadOnlyList<DownloadResult>> DownloadAsync(
            IEnumerable<ApsRequest> requests,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return await DownloadAsync(requests, progress, null, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>The same with the progress of each file. <paramref name="itemProgress"/> is told about ten times a second
        /// of the items that have come further, and of the end of each; either of the two may be null.</summary>
        public async Task<IReadOnlyList<DownloadResult>> DownloadAsync(
            IEnumerable<ApsRequest> requests,
            IProgress<DownloadProgress> progress,
            IProgress<ItemProgress> itemProgress,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = Start(requests))
            {
                await job.RunAsync(progress, itemProgress, cancellationToken).ConfigureAwait(false);
                return job.Finish(cancellationToken);
            }
        }

        /// <summary><see cref="DownloadAsync(ApsRequest, IProgress{DownloadProgress}, CancellationToken)"/> for a
        /// thread that has time to wait. <paramref name="progress"/> is told on that thread.</summary>
        public DownloadResult Download(
            ApsRequest request,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Download(One(request), progress, cancellationToken)[0].EnsureSuccess();
        }

        /// <summary><see cref="DownloadAsync(IEnumerable{ApsRequest}, IProgress{DownloadProgress}, CancellationToken)"/>
        /// for a thread that has time to wait. <paramref name="progress"/> is told on that thread.</summary>
        public IReadOnlyList<DownloadResult> Download(
            IEnumerable<ApsRequest> requests,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Download(requests, progress, null, cancellationToken);
        }

        /// <summary>The same with the progress of each file; see the asynchronous twin.</summary>
        public IReadOnlyList<DownloadResult> Download(
            IEnumerable<ApsRequest> requests,
            IProgress<DownloadProgress> progress,
            IProgress<ItemProgress> itemProgress,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = Start(requests))
            {
                job.Run(progress, itemProgress, cancellationToken);
                return job.Finish(cancellationToken);
            }
        }

        /// <summary>Starts to download, for programs that poll. Each request needs a target, and no two the same
        /// path.</summary>
        public unsafe ApsJob Start(IEnumerable<ApsRequest> requests)
        {
            var list = ToList(requests);
            using (var handles = new RequestHandles(list))
            {
                fixed (IntPtr* array = handles.ToArray())
                {
                    Call.Check(Native.apsfetch_job_start(Handle, array, handles.Count, out var job, out var error), error);
                    return new ApsJob(job, list, _tokens);
                }
            }
        }

        /// <summary>Ends what is under way: downloads fail with <see cref="ApsStatus.Cancelled"/>. It may take some
        /// seconds while the system looks up a host name, which cannot be broken off.</summary>
        public void Dispose()
        {
            // A handle in use is freed only when its call returns, so calls that block are ended first.
            _closing.Cancel();
            _client.Dispose();
        }

        /// <summary><see cref="Blocking{T}(Func{CancelTokenHandle, T}, Func{T, bool}, CancellationToken)"/> for a call that
        /// throws when the token is refused.</summary>
        private T Blocking<T>(Func<CancelTokenHandle, T> call, CancellationToken cancellationToken)
        {
            return Blocking(call, answer => false, cancellationToken);
        }

        /// <summary>Makes a call that blocks, so that it can be cancelled, and once more with a new token if the
        /// token was refused and there is a provider.</summary>
        private T Blocking<T>(
            Func<CancelTokenHandle, T> call,
            Func<T, bool> isRefused,
            CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Call.Check(Native.apsfetch_cancel_token_new(out var cancel, out var error), error);
            using (cancel)
            using (cancellationToken.Register(() => Native.apsfetch_cancel_token_cancel(cancel, out _)))
            using (_closing.Token.Register(() => Native.apsfetch_cancel_token_cancel(cancel, out _)))
            {
                try
                {
                    try
                    {
                        var answer = call(cancel);
                        if (_tokens == null || !isRefused(answer))
                        {
                            return answer;
                        }
                    }
                    catch (ApsAuthException refused) when (_tokens != null && refused.Status == ApsStatus.Auth)
                    {
                        // Asked again below.
                    }
                    WaitFor(_tokens.Begin(), cancellationToken);
                    return call(cancel);
                }
                catch (ApsException cancelled) when (cancelled.Status == ApsStatus.Cancelled)
                {
                    throw cancelled.AsThrown(cancellationToken);
                }
            }
        }

        private void WaitFor(Task renewal, CancellationToken cancellationToken)
        {
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token))
            {
                // Waits without throwing what the provider has thrown wrapped into something else.
                Task.WaitAny(new[] { renewal }, either.Token);
            }
            renewal.GetAwaiter().GetResult();
        }

        private static ApsRequest[] One(ApsRequest request)
        {
            return new[] { request ?? throw new ArgumentNullException(nameof(request)) };
        }

        private static List<ApsRequest> ToList(IEnumerable<ApsRequest> requests)
        {
            if (requests == null)
            {
                throw new ArgumentNullException(nameof(requests));
            }
            var list = requests.ToList();
            if (list.Contains(null))
            {
                throw new ArgumentException("One of the requests is null.", nameof(requests));
            }
            return list;
        }
    }
}
