using System;
using System.Runtime.InteropServices;

// The library is loaded before anything of it is called (see Loader). This keeps .NET Framework, which then looks
// it up by its name, from taking somebody else's copy from the current folder or from PATH.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.System32)]

namespace ApsFetch.Interop
{
    /// <summary><c>apsfetch_progress</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeProgress
    {
        internal uint StructSize;
        internal int State;
        internal ulong ItemsTotal;
        internal ulong ItemsFinished;
        internal ulong ItemsFailed;
        internal ulong ItemsSized;
        internal ulong BytesDone;
        internal ulong BytesTotal;
        internal ulong Connections;
        internal ulong Retries;
    }

    /// <summary>
    /// The functions of apsfetch.h that the wrapper uses, in the header's order and with its names; a test
    /// compares the two. Text and paths are pointers to zero-terminated UTF-8 (<c>byte*</c>) and UTF-16
    /// (<c>char*</c>), so nothing but handles is left for the runtime to marshal.
    /// </summary>
    internal static unsafe class Native
    {
        internal const string Library = "apsfetch";
        internal const uint AbiVersion = 1;

        // Versions
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_version();
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern uint apsfetch_abi_version();

        // Statuses
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_status_text(int status);

        // Errors
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_error_status(ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_error_message(ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_error_http_status(ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_error_os_code(ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_error_request_id(ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_error_retry_after_ms(ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_error_free(IntPtr error);

        // Configuration of a client
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_new(out ConfigHandle config, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_base_url(ConfigHandle config, byte* url, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_access_token(ConfigHandle config, byte* token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_client_credentials(ConfigHandle config, byte* clientId, byte* clientSecret, byte* scopes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_token_wait_ms(ConfigHandle config, uint wait, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_region(ConfigHandle config, byte* region, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_emea_path(ConfigHandle config, int emeaPath, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_durable(ConfigHandle config, int durable, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_max_connections(ConfigHandle config, uint connections, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_part_size(ConfigHandle config, ulong bytes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_connect_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_reply_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_stall_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_disk_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_retry_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_ca_file_utf16(ConfigHandle config, char* path, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_proxy(ConfigHandle config, byte* address, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_user_agent(ConfigHandle config, byte* name, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_free(IntPtr config);

        // Clients
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_new(ConfigHandle config, out ClientHandle client, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_set_access_token(ClientHandle client, byte* token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_free(IntPtr client);

        // Requests
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_new_derivative(byte* urn, byte* derivativeUrn, out RequestHandle request, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_new_object(byte* bucketKey, byte* objectKey, out RequestHandle request, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_new_url(byte* url, out RequestHandle request, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_path_utf16(RequestHandle request, char* path, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_memory(RequestHandle request, ulong maxBytes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_existing_file(RequestHandle request, int existingFile, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_resume(RequestHandle request, int resume, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_sha1(RequestHandle request, byte* sha1, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_size(RequestHandle request, ulong bytes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_add_header(RequestHandle request, byte* name, byte* value, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_free(IntPtr request);

        // How a request is signed
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_signing(RequestHandle request, int signing, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_direct_download(RequestHandle request, int direct, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_single_use(RequestHandle request, int singleUse, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_minutes_expiration(RequestHandle request, uint minutes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_response_content_disposition(RequestHandle request, byte* value, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_response_content_type(RequestHandle request, byte* value, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_response_cache_control(RequestHandle request, byte* value, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_if_none_match(RequestHandle request, byte* etag, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_skip_if_etag(RequestHandle request, byte* etag, ulong bytes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_if_modified_since(RequestHandle request, byte* httpDate, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_public_resource_fallback(RequestHandle request, int fallback, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_use_cdn(RequestHandle request, int useCdn, out ErrorHandle error);

        // Results
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_result_status(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_result_path(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern void* apsfetch_result_data(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_result_data_size(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_result_bytes(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_result_resumed_bytes(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_result_verification(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_result_sha1(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_result_etag(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_result_content_type(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_result_parts(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_result_retries(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_result_elapsed_ms(ResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_result_free(IntPtr result);

        // Jobs
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_start(ClientHandle client, IntPtr* requests, UIntPtr count, out JobHandle job, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_wait(JobHandle job, uint timeout, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_progress(JobHandle job, NativeProgress* progress, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_cancel(JobHandle job, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_result(JobHandle job, UIntPtr index, out ResultHandle result, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_free(IntPtr job);

        // Cancelling a call that blocks
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_new(out CancelTokenHandle token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_cancel(CancelTokenHandle token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_free(IntPtr token);

        // Signing without downloading
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_sign(ClientHandle client, IntPtr* requests, UIntPtr count, CancelTokenHandle cancel, out SignedHandle signed, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_signed_status(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_signed_error(SignedHandle list, UIntPtr index, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_url(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_signed_chunk_count(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_signed_chunk_start(SignedHandle list, UIntPtr index, UIntPtr chunk);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_signed_chunk_end(SignedHandle list, UIntPtr index, UIntPtr chunk);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_chunk_url(SignedHandle list, UIntPtr index, UIntPtr chunk);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_signed_cookie_count(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_cookie_name(SignedHandle list, UIntPtr index, UIntPtr cookie);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_cookie_value(SignedHandle list, UIntPtr index, UIntPtr cookie);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_cookie_header(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_signed_size(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_etag(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_sha1(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_content_type(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_content_disposition(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_cache_control(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_signed_reason(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_signed_expires_at_ms(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_signed_single_use(SignedHandle list, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_signed_free(IntPtr list);
    }
}
