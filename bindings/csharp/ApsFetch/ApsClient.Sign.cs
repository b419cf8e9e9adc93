using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    public sealed partial class ApsClient
    {
        /// <summary>Has the requests signed without downloading anything; targets are not needed. One that fails
        /// does not stop the others: look at <see cref="SignedItem.Status"/> of each.</summary>
        /// <returns>An answer to each request, in their order.</returns>
        /// <exception cref="ApsException">None could be signed, such as without a connection.</exception>
        /// <exception cref="OperationCanceledException">It was cancelled.</exception>
        public IReadOnlyList<SignedItem> Sign(
            IEnumerable<ApsRequest> requests,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var list = ToList(requests);
            return Blocking(
                cancel => SignOnce(list, cancel),
                items => items.Any(item => item.Error?.Status == ApsStatus.Auth),
                cancellationToken);
        }

        /// <summary><see cref="Sign"/> on a thread of the pool.</summary>
        public Task<IReadOnlyList<SignedItem>> SignAsync(
            IEnumerable<ApsRequest> requests,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var list = ToList(requests);
            return Task.Run(() => Sign(list, cancellationToken), cancellationToken);
        }

        private unsafe IReadOnlyList<SignedItem> SignOnce(IReadOnlyList<ApsRequest> requests, CancelTokenHandle cancel)
        {
            using (var handles = new RequestHandles(requests))
            {
                fixed (IntPtr* array = handles.ToArray())
                {
                    Call.Check(
                        Native.apsfetch_sign(Handle, array, handles.Count, cancel, out var signed, out var error),
                        error);
                    using (signed)
                    {
                        var items = requests
                            .Select((request, index) => new SignedItem(request, signed, new UIntPtr((uint)index)))
                            .ToList();
                        // The library says it for each item that was not signed yet; .NET for the whole call.
                        var cancelled = items.Find(item => item.Error?.Status == ApsStatus.Cancelled);
                        return cancelled == null ? items : throw cancelled.Error;
                    }
                }
            }
        }
    }
}
