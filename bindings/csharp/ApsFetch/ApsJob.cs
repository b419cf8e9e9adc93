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
    /// A download under way, or over, for programs that poll: in an idling event, a timer, a message loop. Others
    /// use <see cref="ApsClient.DownloadAsync(IEnumerable{ApsRequest}, IProgress{DownloadProgress}, CancellationToken)"/>.
    /// </summary>
    public sealed class ApsJob : IDisposable
    {
        private readonly JobHandle _handle;
        private readonly IReadOnlyList<ApsRequest> _requests;
        private readonly Poller _poller;

        internal ApsJob(JobHandle handle, IReadOnlyList<ApsRequest> requests, TokenRenewal tokens)
        {
            _handle = handle;
            _requests = requests;
            _poller = new Poller(WaitSlice, () => GetProgress().State, Cancel, tokens);
        }

        /// <summary>How many items the job has.</summary>
        public int Count => _requests.Count;

        /// <summary>Waits for the end, at most so long; <see cref="Timeout.InfiniteTimeSpan"/> for however long it
        /// takes. A token provider is asked during such waits, also during one of no length.</summary>
        /// <returns>Whether the job is over, whatever became of its items.</returns>
        public bool Wait(TimeSpan limit) => _poller.Wait(limit);

        /// <summary>How far the job has come.</summary>
        public unsafe DownloadProgress GetProgress()
        {
            var progress = new NativeProgress { StructSize = (uint)sizeof(NativeProgress) };
            Call.Check(Native.apsfetch_job_progress(Handle, &progress, out var error), error);
            return new DownloadProgress(progress);
        }

        /// <summary>How far one item has come.</summary>
        public ItemProgress GetItemProgress(int index)
        {
            CheckIndex(index);
            var item = Numbers.Index(index);
            return new ItemProgress(
                index,
                _requests[index],
                (long)Native.apsfetch_job_item_bytes_done(Handle, item),
                Numbers.Known(Native.apsfetch_job_item_bytes_total(Handle, item)),
                Native.apsfetch_job_item_finished(Handle, item) != 0);
        }

        /// <summary>Breaks the job off. It returns at once; items that are not over fail with
        /// <see cref="ApsStatus.Cancelled"/>, and the job ends in a moment.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Cancel() => Call.Check(Native.apsfetch_job_cancel(Handle, out var error), error);

        /// <summary>The results of all items, in the order of the requests.</summary>
        /// <exception cref="InvalidOperationException">The job is not over.</exception>
        public IReadOnlyList<DownloadResult> GetResults()
        {
            var results = new DownloadResult[Count];
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = GetResult(i) ?? throw new InvalidOperationException("The job is not over.");
            }
            _poller.ThrowFailure();
            return results;
        }

        /// <summary>The result of one item as soon as it is over; null until then.</summary>
        public DownloadResult GetResult(int index)
        {
            CheckIndex(index);
            var status = Native.apsfetch_job_result(Handle, Numbers.Index(index), out var result, out var error);
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

        internal JobHandle Handle => _handle.Of(this);

        internal void Run(
            IProgress<DownloadProgress> progress,
            IProgress<ItemProgress> itemProgress,
            CancellationToken cancellationToken)
        {
            _poller.Run(Reporter(progress, itemProgress), cancellationToken);
        }

        internal Task RunAsync(
            IProgress<DownloadProgress> progress,
            IProgress<ItemProgress> itemProgress,
            CancellationToken cancellationToken)
        {
            return _poller.RunAsync(Reporter(progress, itemProgress), cancellationToken);
        }

        private Action Reporter(IProgress<DownloadProgress> progress, IProgress<ItemProgress> itemProgress)
        {
            if (progress == null && itemProgress == null)
            {
                return null;
            }
            var told = itemProgress == null ? null : new ItemProgress?[Count];
            return () =>
            {
                // Before the sum, which is never behind what the items say.
                for (var i = 0; told != null && i < told.Length; i++)
                {
                    Tell(itemProgress, ref told[i], i);
                }
                progress?.Report(GetProgress());
            };
        }

        /// <summary>Tells of an item that has come further since the last time.</summary>
        private void Tell(IProgress<ItemProgress> progress, ref ItemProgress? told, int index)
        {
            if (told?.IsFinished == true)
            {
                return;
            }
            var now = GetItemProgress(index);
            var isNew = now.BytesDone != (told?.BytesDone ?? 0) || now.BytesTotal != told?.BytesTotal || now.IsFinished;
            if (isNew)
            {
                told = now;
                progress.Report(now);
            }
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

        private bool WaitSlice(uint milliseconds)
        {
            var status = Call.Check(Native.apsfetch_job_wait(Handle, milliseconds, out var error), error);
            return status != (int)ApsStatus.Pending;
        }
    }
}
