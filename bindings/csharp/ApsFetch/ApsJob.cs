using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>
    /// A download under way, or over, for programs that poll: in an idling event, a timer, a message loop. Others
    /// use <see cref="ApsClient.DownloadAsync(IEnumerable{ApsRequest}, IProgress{DownloadProgress}, CancellationToken)"/>.
    /// </summary>
    public sealed class ApsJob : IDisposable
    {
        /// <summary>How long one call into the library lasts at most, and how often progress is reported.</summary>
        private const int SliceMilliseconds = 100;

        private readonly JobHandle _handle;
        private readonly IReadOnlyList<ApsRequest> _requests;
        private readonly TokenRenewal _tokens;
        private readonly object _guard = new object();
        private Task _renewal;
        private ExceptionDispatchInfo _failure;

        internal ApsJob(JobHandle handle, IReadOnlyList<ApsRequest> requests, TokenRenewal tokens)
        {
            _handle = handle;
            _requests = requests;
            _tokens = tokens;
        }

        /// <summary>How many items the job has.</summary>
        public int Count => _requests.Count;

        /// <summary>Waits for the end, at most so long; <see cref="Timeout.InfiniteTimeSpan"/> for however long it
        /// takes. A token provider is asked during such waits, also during one of no length.</summary>
        /// <returns>Whether the job is over, whatever became of its items.</returns>
        public bool Wait(TimeSpan limit)
        {
            var clock = Stopwatch.StartNew();
            while (true)
            {
                var left = limit < TimeSpan.Zero
                    ? SliceMilliseconds
                    : Math.Max(0, (limit - clock.Elapsed).TotalMilliseconds);
                if (Poll((uint)Math.Min(Math.Ceiling(left), SliceMilliseconds)))
                {
                    return true;
                }
                if (left <= 0)
                {
                    return false;
                }
            }
        }

        /// <summary>How far the job has come.</summary>
        public unsafe DownloadProgress GetProgress()
        {
            var progress = new NativeProgress { StructSize = (uint)sizeof(NativeProgress) };
            Call.Check(Native.apsfetch_job_progress(_handle, &progress, out var error), error);
            return new DownloadProgress(progress);
        }

        /// <summary>How far one item has come.</summary>
        public ItemProgress GetItemProgress(int index)
        {
            CheckIndex(index);
            var item = Numbers.Index(index);
            return new ItemProgress(
                (long)Native.apsfetch_job_item_bytes_done(_handle, item),
                Numbers.Known(Native.apsfetch_job_item_bytes_total(_handle, item)),
                Native.apsfetch_job_item_finished(_handle, item) != 0);
        }

        /// <summary>Breaks the job off. It returns at once; items that are not over fail with
        /// <see cref="ApsStatus.Cancelled"/>, and the job ends in a moment.</summary>
        public void Cancel() => Call.Check(Native.apsfetch_job_cancel(_handle, out var error), error);

        /// <summary>The results of all items, in the order of the requests.</summary>
        /// <exception cref="InvalidOperationException">The job is not over.</exception>
        public IReadOnlyList<DownloadResult> GetResults()
        {
            var results = new DownloadResult[Count];
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = GetResult(i) ?? throw new InvalidOperationException("The job is not over.");
            }
            // Nobody wants to read "cancelled" when the token provider failed.
            _failure?.Throw();
            return results;
        }

        /// <summary>The result of one item as soon as it is over; null until then.</summary>
        public DownloadResult GetResult(int index)
        {
            CheckIndex(index);
            var status = Native.apsfetch_job_result(_handle, Numbers.Index(index), out var result, out var error);
            using (result)
            using (error)
            {
                if (status < 0)
                {
                    return new DownloadResult(_requests[index], ApsException.From(status, error));
                }
                return status == (int)ApsStatus.Pending ? null : new DownloadResult(_requests[index], result);
            }
        }

        /// <summary>Frees the job. One that is not over is cancelled, and nothing of it writes any more when this
        /// returns.</summary>
        public void Dispose() => _handle.Dispose();

        internal JobHandle Handle => _handle;

        internal void Run(IProgress<DownloadProgress> progress, CancellationToken cancellationToken)
        {
            using (cancellationToken.Register(Cancel))
            {
                while (!Poll(SliceMilliseconds))
                {
                    Report(progress);
                }
            }
            Report(progress);
        }

        internal async Task RunAsync(IProgress<DownloadProgress> progress, CancellationToken cancellationToken)
        {
            using (cancellationToken.Register(Cancel))
            {
                // No thread is held while the library works. Short pauses at first, for files that are there at once.
                for (var pause = 1; !Poll(0); pause = Math.Min(pause * 2, SliceMilliseconds))
                {
                    Report(progress);
                    await Task.Delay(pause).ConfigureAwait(false);
                }
            }
            Report(progress);
        }

        /// <summary>The results after <see cref="Run"/>, unless it was broken off.</summary>
        internal IReadOnlyList<DownloadResult> Finish(CancellationToken cancellationToken)
        {
            var results = GetResults();
            if (cancellationToken.IsCancellationRequested)
            {
                var cancelled = results.FirstOrDefault(result => result.Error?.Status == ApsStatus.Cancelled);
                if (cancelled != null)
                {
                    throw cancelled.Error.AsThrown(cancellationToken);
                }
            }
            return results;
        }

        private void CheckIndex(int index)
        {
            if (index < 0 || index >= Count)
            {
                throw new ArgumentOutOfRangeException(nameof(index));
            }
        }

        private bool Poll(uint milliseconds)
        {
            var status = Call.Check(Native.apsfetch_job_wait(_handle, milliseconds, out var error), error);
            if (status != (int)ApsStatus.Pending)
            {
                return true;
            }
            if (_tokens != null)
            {
                AskForToken();
            }
            return false;
        }

        private void AskForToken()
        {
            lock (_guard)
            {
                if (_renewal != null && _renewal.IsCompleted)
                {
                    var renewal = _renewal;
                    _renewal = null;
                    try
                    {
                        renewal.GetAwaiter().GetResult();
                    }
                    catch (Exception failure)
                    {
                        Fail(failure);
                    }
                    // The state may still be that from before the new token. The next look will tell.
                    return;
                }
                if (_renewal == null && _failure == null && GetProgress().State == JobState.WaitingForToken)
                {
                    _renewal = _tokens.Begin();
                }
            }
        }

        private void Report(IProgress<DownloadProgress> progress)
        {
            if (progress == null || _failure != null)
            {
                return;
            }
            try
            {
                progress.Report(GetProgress());
            }
            catch (Exception failure)
            {
                Fail(failure);
            }
        }

        /// <summary>What the host's own code has thrown ends the job, and is thrown when it has ended.</summary>
        private void Fail(Exception failure)
        {
            _failure = _failure ?? ExceptionDispatchInfo.Capture(failure);
            Cancel();
        }
    }
}
