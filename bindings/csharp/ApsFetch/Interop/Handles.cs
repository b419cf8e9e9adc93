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

    internal static class Handles
    {
        /// <summary>The handle for a call on behalf of its owner: an exception after the end names that one, which the user
        /// has disposed, and not the handle, of which nobody knows.</summary>
        internal static T Of<T>(this T handle, IDisposable owner) where T : Handle
        {
            return handle.IsClosed ? throw new ObjectDisposedException(owner.GetType().FullName) : handle;
        }
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

    internal sealed class TextHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_text_free(handle) >= 0;
    }

    internal sealed class LoginHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_login_free(handle) >= 0;
    }

    internal sealed class OssUrlHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_oss_url_free(handle) >= 0;
    }

    internal sealed class DetailsHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_details_free(handle) >= 0;
    }

    internal sealed class UploadOptionsHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_upload_options_free(handle) >= 0;
    }

    internal sealed class UploadResultHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_upload_result_free(handle) >= 0;
    }

    internal sealed class ManifestHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_manifest_free(handle) >= 0;
    }

    internal sealed class ListOptionsHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_list_options_free(handle) >= 0;
    }

    internal sealed class ObjectsHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_objects_free(handle) >= 0;
    }

    internal sealed class DesignFilterHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_design_filter_free(handle) >= 0;
    }

    internal sealed class ObjectFilterHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_object_filter_free(handle) >= 0;
    }

    internal sealed class PlanHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_plan_free(handle) >= 0;
    }

    internal sealed class OutcomeHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_outcome_free(handle) >= 0;
    }

    internal sealed class UploadJobHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_upload_job_free(handle) >= 0;
    }

    internal sealed class ManifestWatchHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_manifest_watch_free(handle) >= 0;
    }

    internal sealed class AccessTokenHandle : Handle
    {
        protected override bool ReleaseHandle() => Native.apsfetch_access_token_free(handle) >= 0;
    }
}
