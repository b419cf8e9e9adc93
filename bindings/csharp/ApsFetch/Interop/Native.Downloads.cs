using System;
using System.Runtime.InteropServices;

namespace ApsFetch.Interop
{
    // What is downloaded, and the jobs that do it.
    internal static unsafe partial class Native
    {
        // Requests
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_new_derivative(byte* urn, byte* derivativeUrn, out RequestHandle request, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_new_object(byte* bucketKey, byte* objectKey, out RequestHandle request, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_new_url(byte* url, out RequestHandle request, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_path_utf16(RequestHandle request, char* path, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_memory(RequestHandle request, ulong maxBytes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_resume(RequestHandle request, int resume, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_request_set_existing_file(RequestHandle request, int existingFile, out ErrorHandle error);
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
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_job_count(JobHandle job);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_job_item_bytes_done(JobHandle job, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_job_item_bytes_total(JobHandle job, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_item_finished(JobHandle job, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_result(JobHandle job, UIntPtr index, out ResultHandle result, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_job_free(IntPtr job);

        // Cancelling a call that blocks
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_new(out CancelTokenHandle cancelToken, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_cancel(CancelTokenHandle token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_is_cancelled(CancelTokenHandle token);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_cancel_token_free(IntPtr token);

        // Signing without downloading
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_sign(ClientHandle client, IntPtr* requests, UIntPtr count, CancelTokenHandle cancel, out SignedHandle signed, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_signed_count(SignedHandle list);
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
