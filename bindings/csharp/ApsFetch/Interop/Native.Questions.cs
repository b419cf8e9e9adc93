using System;
using System.Runtime.InteropServices;

namespace ApsFetch.Interop
{
    // What is asked of APS, and uploads.
    internal static unsafe partial class Native
    {
        // OSS signed URLs
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_create_signed_url(ClientHandle client, byte* bucketKey, byte* objectKey, int access, int useCdn, uint minutesExpiration, int singleUse, CancelTokenHandle cancel, out OssUrlHandle ossUrl, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_oss_url_text(OssUrlHandle url);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_oss_url_expires_at_ms(OssUrlHandle url);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_oss_url_single_use(OssUrlHandle url);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_oss_url_free(IntPtr url);

        // Details of a derivative
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_details_fetch(ClientHandle client, RequestHandle request, uint wait, CancelTokenHandle cancel, out DetailsHandle details, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_details_size(DetailsHandle details);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_details_content_type(DetailsHandle details);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_details_app_identifier(DetailsHandle details);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_details_startup_time(DetailsHandle details);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_details_duration(DetailsHandle details);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_details_troubleshooting(DetailsHandle details);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_details_free(IntPtr details);

        // Access tokens for others
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_access_token_fetch(ClientHandle client, CancelTokenHandle cancel, out AccessTokenHandle accessToken, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_access_token_text(AccessTokenHandle token);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_access_token_expires_in_ms(AccessTokenHandle token);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_access_token_free(IntPtr token);

        // Options of an upload
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_options_new(out UploadOptionsHandle uploadOptions, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_options_set_content_type(UploadOptionsHandle options, byte* value, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_options_set_single_use(UploadOptionsHandle options, int singleUse, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_options_set_minutes_expiration(UploadOptionsHandle options, uint minutes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_options_free(IntPtr options);

        // Results of uploads
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_upload_result_bytes(UploadResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_result_http_status(UploadResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_upload_result_etag(UploadResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_upload_result_object_id(UploadResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_upload_result_object_key(UploadResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_upload_result_sha1(UploadResultHandle result);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_result_free(IntPtr result);

        // Uploads to poll
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_start_utf16(ClientHandle client, byte* url, char* path, UploadOptionsHandle options, out UploadJobHandle uploadJob, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_start_object_utf16(ClientHandle client, byte* bucketKey, byte* objectKey, char* path, UploadOptionsHandle options, out UploadJobHandle uploadJob, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_wait(UploadJobHandle job, uint timeout, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_progress(UploadJobHandle job, NativeProgress* progress, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_cancel(UploadJobHandle job, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_result(UploadJobHandle job, out UploadResultHandle uploadResult, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_upload_job_free(IntPtr job);

        // Manifests
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_fetch(ClientHandle client, byte* urn, CancelTokenHandle cancel, out ManifestHandle manifest, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_from_json(byte* json, out ManifestHandle manifest, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_json(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_urn(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_status(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_status_text(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_progress(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_manifest_percent(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_region(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_type(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_version(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_has_thumbnail(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_manifest_node_count(ManifestHandle manifest);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_free(IntPtr manifest);

        // Waiting for a translation by polling
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_start(ClientHandle client, byte* urn, uint wait, out ManifestWatchHandle manifestWatch, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_wait(ManifestWatchHandle watch, uint timeout, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_state(ManifestWatchHandle watch);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_manifest_watch_count(ManifestWatchHandle watch);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_latest(ManifestWatchHandle watch, out ManifestHandle manifest, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_cancel(ManifestWatchHandle watch, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_result(ManifestWatchHandle watch, out ManifestHandle manifest, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_watch_free(IntPtr watch);

        // Nodes of a manifest
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_manifest_node_parent(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_node_is_derivative(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_urn(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_guid(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_name(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_role(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_mime(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_type(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_output_type(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_node_status(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_status_text(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_node_progress(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_manifest_node_percent(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_manifest_node_has_thumbnail(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_manifest_message_count(ManifestHandle manifest, UIntPtr node);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_message_type(ManifestHandle manifest, UIntPtr node, UIntPtr message);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_message_code(ManifestHandle manifest, UIntPtr node, UIntPtr message);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_manifest_message_text(ManifestHandle manifest, UIntPtr node, UIntPtr message);

        // Options of a listing
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_options_new(out ListOptionsHandle listOptions, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_options_set_begins_with(ListOptionsHandle options, byte* prefix, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_options_set_start_at(ListOptionsHandle options, byte* objectKey, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_options_set_limit(ListOptionsHandle options, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_options_set_max_objects(ListOptionsHandle options, ulong count, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_options_free(IntPtr options);

        // Objects of a bucket
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_objects(ClientHandle client, byte* bucketKey, ListOptionsHandle options, CancelTokenHandle cancel, out ObjectsHandle objects, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_list_objects_page(ClientHandle client, byte* bucketKey, ListOptionsHandle options, byte* page, CancelTokenHandle cancel, out ObjectsHandle objects, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_object_details(ClientHandle client, byte* bucketKey, byte* objectKey, CancelTokenHandle cancel, out ObjectsHandle objects, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_objects_count(ObjectsHandle objects);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_next(ObjectsHandle objects);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_bucket_key(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_object_key(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_object_id(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_objects_size(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_sha1(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_content_type(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_objects_location(ObjectsHandle objects, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_objects_free(IntPtr objects);
    }
}
