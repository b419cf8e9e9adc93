using System;
using System.Runtime.InteropServices;

namespace ApsFetch.Interop
{
    /// <summary>
    /// A handle of the library. The runtime keeps it alive during a call and frees it once, also when nobody
    /// disposes it. A null handle is invalid; nothing else is, since handles are numbers and not addresses.
    /// </summary>
    internal abstract class Handle : SafeHandle
    {
        protected Handle() : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid => handle == IntPtr.Zero;
    }

    // The runtime makes these itself for `out` parameters, which takes a constructor without parameters.

    internal sealed class ErrorHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_error_free(handle) >= 0;
    }

    internal sealed class ConfigHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_config_free(handle) >= 0;
    }

    internal sealed class ClientHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_client_free(handle) >= 0;
    }

    internal sealed class RequestHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_request_free(handle) >= 0;
    }

    internal sealed class ResultHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_result_free(handle) >= 0;
    }

    internal sealed class JobHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_job_free(handle) >= 0;
    }

    internal sealed class CancelTokenHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_cancel_token_free(handle) >= 0;
    }

    internal sealed class SignedHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_signed_free(handle) >= 0;
    }
}
