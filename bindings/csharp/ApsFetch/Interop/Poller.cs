using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace ApsFetch.Interop
{
    /// <summary>Waits for something of the library in slices, asks the token provider when it stands still, and tells its
    /// progress. What the host's own code throws meanwhile ends it.</summary>
    internal sealed class Poller
    {
        /// <summary>How long one call into the library lasts at most, and how often progress is reported.</summary>
        private const int SliceMilliseconds = 100;

        private readonly Func<uint, bool> _wait;
        private readonly Func<JobState> _state;
        private readonly Action _cancel;
        private readonly TokenRenewal _tokens;
        private readonly object _guard = new object();
        private Task _renewal;
        private ExceptionDispatchInfo _failure;

        /// <param name="wait">Waits so many milliseconds for the end, and says whether it is over.</param>
        /// <param name="state">What it is doing.</param>
        /// <param name="cancel">Breaks it off and returns at once.</param>
        /// <param name="tokens">Null if there is no provider.</param>
        internal Poller(Func<uint, bool> wait, Func<JobState> state, Action cancel, TokenRenewal tokens)
        {
            _wait = wait;
            _state = state;
            _cancel = cancel;
            _tokens = tokens;
        }

        /// <summary>Whether it was over within the limit; a negative one is none.</summary>
        internal bool Wait(TimeSpan limit)
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

        /// <summary>Waits for the end on this thread, and calls <paramref name="report"/> on it.</summary>
        internal void Run(Action report, CancellationToken cancellationToken)
        {
            using (cancellationToken.Register(_cancel))
            {
                while (!Poll(SliceMilliseconds))
                {
                    Report(report);
                }
            }
            Report(report);
        }

        /// <summary>The same without a thread.</summary>
        internal async Task RunAsync(Action report, CancellationToken cancellationToken)
        {
            using (cancellationToken.Register(_cancel))
            {
                // No thread is held while the library works. Short pauses at first, for what is there at once.
                for (var pause = 1; !Poll(0); pause = Math.Min(pause * 2, SliceMilliseconds))
                {
                    Report(report);
                    await Task.Delay(pause).ConfigureAwait(false);
                }
            }
            Report(report);
        }

        /// <summary>Throws what the host's own code has thrown, if it has: nobody wants to read "cancelled"
        /// then.</summary>
        internal void ThrowFailure() => _failure?.Throw();

        private bool Poll(uint milliseconds)
        {
            if (_wait(milliseconds))
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
                if (_renewal == null && _failure == null && _state() == JobState.WaitingForToken)
                {
                    _renewal = _tokens.Begin();
                }
            }
        }

        private void Report(Action report)
        {
            if (report == null || _failure != null)
            {
                return;
            }
            try
            {
                report();
            }
            catch (Exception failure)
            {
                Fail(failure);
            }
        }

        private void Fail(Exception failure)
        {
            _failure = _failure ?? ExceptionDispatchInfo.Capture(failure);
            _cancel();
        }
    }
}
