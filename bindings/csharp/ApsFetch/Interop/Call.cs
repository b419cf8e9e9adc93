using System;
using System.Collections.Generic;
using System.Threading;

namespace ApsFetch.Interop
{
    internal unsafe delegate int TextSetter<T>(T handle, byte* value, out ErrorHandle error);

    internal unsafe delegate int PathSetter<T>(T handle, char* value, out ErrorHandle error);

    internal delegate int Int32Setter<T>(T handle, int value, out ErrorHandle error);

    internal delegate int UInt32Setter<T>(T handle, uint value, out ErrorHandle error);

    internal delegate int UInt64Setter<T>(T handle, ulong value, out ErrorHandle error);

    /// <summary>
    /// How the wrapper calls the library. A status becomes an exception here and nowhere else. Options that
    /// are null are left at the library's own default.
    /// </summary>
    internal static unsafe class Call
    {
        /// <summary>Throws if the status means failure; otherwise gives it back (done or pending).</summary>
        internal static int Check(int status, ErrorHandle error)
        {
            using (error)
            {
                if (status < 0)
                {
                    throw ApsException.From(status, error);
                }
                return status;
            }
        }

        internal static void Set<T>(TextSetter<T> setter, T handle, string value, string name)
        {
            if (value == null)
            {
                return;
            }
            var bytes = Text.Encode(value, name);
            try
            {
                fixed (byte* text = bytes)
                {
                    Check(setter(handle, text, out var error), error);
                }
            }
            finally
            {
                // Many of these are secrets.
                Array.Clear(bytes, 0, bytes.Length);
            }
        }

        internal static void Set<T>(PathSetter<T> setter, T handle, string value, string name)
        {
            if (value == null)
            {
                return;
            }
            Text.NoZero(value, name);
            fixed (char* path = value)
            {
                Check(setter(handle, path, out var error), error);
            }
        }

        internal static void Set<T>(Int32Setter<T> setter, T handle, int? value)
        {
            if (value != null)
            {
                Check(setter(handle, value.Value, out var error), error);
            }
        }

        internal static void Set<T>(Int32Setter<T> setter, T handle, bool value)
        {
            // No is the default of every such option, and an error for requests that do not have it.
            if (value)
            {
                Check(setter(handle, 1, out var error), error);
            }
        }

        internal static void Set<T>(UInt32Setter<T> setter, T handle, int? value, string name)
        {
            if (value != null)
            {
                if (value.Value < 0)
                {
                    throw new ArgumentOutOfRangeException(name, value.Value, "It must not be negative.");
                }
                Check(setter(handle, (uint)value.Value, out var error), error);
            }
        }

        internal static void Set<T>(UInt32Setter<T> setter, T handle, TimeSpan? value, string name)
        {
            if (value != null)
            {
                var milliseconds = Math.Ceiling(value.Value.TotalMilliseconds);
                if (milliseconds < 0 || milliseconds > uint.MaxValue)
                {
                    throw new ArgumentOutOfRangeException(name, value.Value, "It must be from zero to 49 days.");
                }
                Check(setter(handle, (uint)milliseconds, out var error), error);
            }
        }

        internal static void Set<T>(UInt64Setter<T> setter, T handle, long? value, string name)
        {
            if (value != null)
            {
                if (value.Value < 0)
                {
                    throw new ArgumentOutOfRangeException(name, value.Value, "It must not be negative.");
                }
                Check(setter(handle, (ulong)value.Value, out var error), error);
            }
        }
    }

    /// <summary>Numbers as the library gives and takes them.</summary>
    internal static class Numbers
    {
        /// <summary>What <c>APSFETCH_NO_LIMIT</c> is.</summary>
        internal const uint NoLimit = uint.MaxValue;

        internal static UIntPtr Index(int index) => new UIntPtr((uint)index);

        internal static int Count(UIntPtr count) => checked((int)count);

        /// <summary>-1 means that it is not known.</summary>
        internal static long? Known(long number) => number < 0 ? (long?)null : number;

        internal static DateTimeOffset? Time(long milliseconds)
        {
            return milliseconds < 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }

        internal static TimeSpan? Length(long milliseconds)
        {
            return milliseconds < 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(milliseconds);
        }

        internal static uint Milliseconds(TimeSpan limit, string name)
        {
            if (limit == Timeout.InfiniteTimeSpan)
            {
                return NoLimit;
            }
            var milliseconds = Math.Ceiling(limit.TotalMilliseconds);
            if (milliseconds < 0 || milliseconds >= NoLimit)
            {
                throw new ArgumentOutOfRangeException(name, limit, "It must be from zero to 49 days, or Timeout.InfiniteTimeSpan.");
            }
            return (uint)milliseconds;
        }
    }

    /// <summary>Requests as the library takes them. It copies them, so these live for one call.</summary>
    internal sealed class RequestHandles : IDisposable
    {
        private readonly List<RequestHandle> _handles = new List<RequestHandle>();

        internal RequestHandles(IReadOnlyList<ApsRequest> requests)
        {
            try
            {
                foreach (var request in requests)
                {
                    _handles.Add(request.ToHandle());
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal UIntPtr Count => new UIntPtr((uint)_handles.Count);

        /// <summary>Good until this is disposed, which the caller's <c>using</c> puts off long enough.</summary>
        internal IntPtr[] ToArray()
        {
            // Never of length 0: `fixed` would make it a null pointer.
            var array = new IntPtr[_handles.Count + 1];
            for (var i = 0; i < _handles.Count; i++)
            {
                array[i] = _handles[i].DangerousGetHandle();
            }
            return array;
        }

        public void Dispose()
        {
            foreach (var handle in _handles)
            {
                handle.Dispose();
            }
        }
    }
}
