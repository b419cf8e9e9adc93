//! Every export, in the order of their names: what a program of [`super`] can call. A new one is a line here: `c` or, if
//! it calls back, `u`, and the number of its arguments; its file; its name.

use super::arguments::Call;

// The kinds of the arguments are those of the functions; only their number has to be said.
macro_rules! export {
    (c0 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn() -> _) as &(dyn Call + Sync),
        )
    };
    (c1 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_) -> _) as &(dyn Call + Sync),
        )
    };
    (c2 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _) -> _) as &(dyn Call + Sync),
        )
    };
    (c3 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _) -> _) as &(dyn Call + Sync),
        )
    };
    (c4 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (c5 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (c6 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (c7 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (u7 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C-unwind" fn(_, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (u8 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C-unwind" fn(_, _, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (c9 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (u9 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name
                as unsafe extern "C-unwind" fn(_, _, _, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (c10 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name as unsafe extern "C" fn(_, _, _, _, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
    (u10 $noun:ident $name:ident) => {
        (
            stringify!($name),
            &(crate::ffi::$noun::$name
                as unsafe extern "C-unwind" fn(_, _, _, _, _, _, _, _, _, _) -> _)
                as &(dyn Call + Sync),
        )
    };
}

pub(super) static EXPORTS: &[(&str, &(dyn Call + Sync))] = &[
    export!(c0 version apsfetch_abi_version),
    export!(c1 access_token apsfetch_access_token_expires_in_ms),
    export!(c4 access_token apsfetch_access_token_fetch),
    export!(c1 access_token apsfetch_access_token_free),
    export!(c1 access_token apsfetch_access_token_text),
    export!(c2 cancel_token apsfetch_cancel_token_cancel),
    export!(c1 cancel_token apsfetch_cancel_token_free),
    export!(c1 cancel_token apsfetch_cancel_token_is_cancelled),
    export!(c2 cancel_token apsfetch_cancel_token_new),
    export!(c1 client apsfetch_client_free),
    export!(c3 client apsfetch_client_new),
    export!(c3 client apsfetch_client_refresh_token),
    export!(c3 client apsfetch_client_set_access_token),
    export!(c3 client apsfetch_client_set_bandwidth_limit),
    export!(c1 config apsfetch_config_free),
    export!(c2 config apsfetch_config_new),
    export!(c3 config apsfetch_config_set_access_token),
    export!(c3 config apsfetch_config_set_bandwidth_limit),
    export!(c3 config apsfetch_config_set_base_url),
    export!(c3 config apsfetch_config_set_ca_file),
    export!(c3 config apsfetch_config_set_ca_file_utf16),
    export!(c5 config apsfetch_config_set_client_credentials),
    export!(c3 config apsfetch_config_set_connect_timeout_ms),
    export!(c3 config apsfetch_config_set_disk_timeout_ms),
    export!(c3 config apsfetch_config_set_durable),
    export!(c3 config apsfetch_config_set_emea_path),
    export!(c3 config apsfetch_config_set_max_connections),
    export!(c3 config apsfetch_config_set_part_size),
    export!(c3 config apsfetch_config_set_proxy),
    export!(c5 config apsfetch_config_set_refresh_token),
    export!(c3 config apsfetch_config_set_region),
    export!(c3 config apsfetch_config_set_reply_timeout_ms),
    export!(c3 config apsfetch_config_set_retry_timeout_ms),
    export!(c3 config apsfetch_config_set_stall_timeout_ms),
    export!(c3 config apsfetch_config_set_token_wait_ms),
    export!(c3 config apsfetch_config_set_user_agent),
    export!(c10 oss_url apsfetch_create_signed_url),
    export!(c3 design_filter apsfetch_design_filter_add_mime),
    export!(c3 design_filter apsfetch_design_filter_add_output_type),
    export!(c3 design_filter apsfetch_design_filter_add_role),
    export!(c1 design_filter apsfetch_design_filter_free),
    export!(c2 design_filter apsfetch_design_filter_new),
    export!(c1 details apsfetch_details_app_identifier),
    export!(c1 details apsfetch_details_content_type),
    export!(c1 details apsfetch_details_duration),
    export!(c6 details apsfetch_details_fetch),
    export!(c1 details apsfetch_details_free),
    export!(c1 details apsfetch_details_size),
    export!(c1 details apsfetch_details_startup_time),
    export!(c1 details apsfetch_details_troubleshooting),
    export!(u7 download apsfetch_download),
    export!(u9 folder apsfetch_download_design),
    export!(u9 folder apsfetch_download_design_utf16),
    export!(u9 folder apsfetch_download_objects),
    export!(u9 folder apsfetch_download_objects_utf16),
    export!(c1 error apsfetch_error_free),
    export!(c1 error apsfetch_error_http_status),
    export!(c1 error apsfetch_error_message),
    export!(c1 error apsfetch_error_os_code),
    export!(c1 error apsfetch_error_request_id),
    export!(c1 error apsfetch_error_retry_after_ms),
    export!(c1 error apsfetch_error_status),
    export!(c2 job apsfetch_job_cancel),
    export!(c1 job apsfetch_job_count),
    export!(c1 job apsfetch_job_free),
    export!(c2 job apsfetch_job_item_bytes_done),
    export!(c2 job apsfetch_job_item_bytes_total),
    export!(c2 job apsfetch_job_item_finished),
    export!(c3 job apsfetch_job_progress),
    export!(c4 job apsfetch_job_result),
    export!(c5 job apsfetch_job_start),
    export!(c3 job apsfetch_job_wait),
    export!(c6 objects apsfetch_list_objects),
    export!(c7 objects apsfetch_list_objects_page),
    export!(c1 list_options apsfetch_list_options_free),
    export!(c2 list_options apsfetch_list_options_new),
    export!(c3 list_options apsfetch_list_options_set_begins_with),
    export!(c3 list_options apsfetch_list_options_set_limit),
    export!(c3 list_options apsfetch_list_options_set_max_objects),
    export!(c3 list_options apsfetch_list_options_set_start_at),
    export!(c1 login apsfetch_login_authorize_url),
    export!(c1 login apsfetch_login_expires_in_ms),
    export!(c1 login apsfetch_login_free),
    export!(c1 login apsfetch_login_is_open),
    export!(c1 login apsfetch_login_redirect_uri),
    export!(c1 login apsfetch_login_refresh_token),
    export!(c1 login apsfetch_login_scopes),
    export!(c9 login apsfetch_login_start),
    export!(c4 login apsfetch_login_wait),
    export!(c5 manifest apsfetch_manifest_fetch),
    export!(c1 manifest apsfetch_manifest_free),
    export!(c3 manifest apsfetch_manifest_from_json),
    export!(c1 manifest apsfetch_manifest_has_thumbnail),
    export!(c1 manifest apsfetch_manifest_json),
    export!(c3 manifest_node apsfetch_manifest_message_code),
    export!(c2 manifest_node apsfetch_manifest_message_count),
    export!(c3 manifest_node apsfetch_manifest_message_text),
    export!(c3 manifest_node apsfetch_manifest_message_type),
    export!(c1 manifest apsfetch_manifest_node_count),
    export!(c2 manifest_node apsfetch_manifest_node_guid),
    export!(c2 manifest_node apsfetch_manifest_node_has_thumbnail),
    export!(c2 manifest_node apsfetch_manifest_node_is_derivative),
    export!(c2 manifest_node apsfetch_manifest_node_mime),
    export!(c2 manifest_node apsfetch_manifest_node_name),
    export!(c2 manifest_node apsfetch_manifest_node_output_type),
    export!(c2 manifest_node apsfetch_manifest_node_parent),
    export!(c2 manifest_node apsfetch_manifest_node_percent),
    export!(c2 manifest_node apsfetch_manifest_node_progress),
    export!(c2 manifest_node apsfetch_manifest_node_role),
    export!(c2 manifest_node apsfetch_manifest_node_status),
    export!(c2 manifest_node apsfetch_manifest_node_status_text),
    export!(c2 manifest_node apsfetch_manifest_node_type),
    export!(c2 manifest_node apsfetch_manifest_node_urn),
    export!(c1 manifest apsfetch_manifest_percent),
    export!(c1 manifest apsfetch_manifest_progress),
    export!(c1 manifest apsfetch_manifest_region),
    export!(c1 manifest apsfetch_manifest_status),
    export!(c1 manifest apsfetch_manifest_status_text),
    export!(c1 manifest apsfetch_manifest_type),
    export!(c1 manifest apsfetch_manifest_urn),
    export!(c1 manifest apsfetch_manifest_version),
    export!(u8 manifest apsfetch_manifest_wait),
    export!(c2 manifest_watch apsfetch_manifest_watch_cancel),
    export!(c1 manifest_watch apsfetch_manifest_watch_count),
    export!(c1 manifest_watch apsfetch_manifest_watch_free),
    export!(c3 manifest_watch apsfetch_manifest_watch_latest),
    export!(c3 manifest_watch apsfetch_manifest_watch_result),
    export!(c5 manifest_watch apsfetch_manifest_watch_start),
    export!(c1 manifest_watch apsfetch_manifest_watch_state),
    export!(c3 manifest_watch apsfetch_manifest_watch_wait),
    export!(c6 objects apsfetch_object_details),
    export!(c1 object_filter apsfetch_object_filter_free),
    export!(c2 object_filter apsfetch_object_filter_new),
    export!(c3 object_filter apsfetch_object_filter_set_prefix),
    export!(c3 object_filter apsfetch_object_filter_set_strip_prefix),
    export!(c2 objects apsfetch_objects_bucket_key),
    export!(c2 objects apsfetch_objects_content_type),
    export!(c1 objects apsfetch_objects_count),
    export!(c1 objects apsfetch_objects_free),
    export!(c2 objects apsfetch_objects_location),
    export!(c1 objects apsfetch_objects_next),
    export!(c2 objects apsfetch_objects_object_id),
    export!(c2 objects apsfetch_objects_object_key),
    export!(c2 objects apsfetch_objects_sha1),
    export!(c2 objects apsfetch_objects_size),
    export!(c1 oss_url apsfetch_oss_url_expires_at_ms),
    export!(c1 oss_url apsfetch_oss_url_free),
    export!(c1 oss_url apsfetch_oss_url_single_use),
    export!(c1 oss_url apsfetch_oss_url_text),
    export!(c1 outcome apsfetch_outcome_count),
    export!(c2 outcome apsfetch_outcome_file_bytes),
    export!(c3 outcome apsfetch_outcome_file_error),
    export!(c2 outcome apsfetch_outcome_file_etag),
    export!(c2 outcome apsfetch_outcome_file_id),
    export!(c2 outcome apsfetch_outcome_file_path),
    export!(c2 outcome apsfetch_outcome_file_reason),
    export!(c2 outcome apsfetch_outcome_file_sha1),
    export!(c2 outcome apsfetch_outcome_file_status),
    export!(c1 outcome apsfetch_outcome_folder),
    export!(c1 outcome apsfetch_outcome_free),
    export!(c1 outcome apsfetch_outcome_listing),
    export!(c1 plan apsfetch_plan_count),
    export!(c6 plan apsfetch_plan_design),
    export!(c6 plan apsfetch_plan_design_utf16),
    export!(c3 plan apsfetch_plan_file_error),
    export!(c2 plan apsfetch_plan_file_id),
    export!(c2 plan apsfetch_plan_file_job_index),
    export!(c2 plan apsfetch_plan_file_reason),
    export!(c2 plan apsfetch_plan_file_relative_path),
    export!(c2 plan apsfetch_plan_file_size),
    export!(c2 plan apsfetch_plan_file_status),
    export!(c1 plan apsfetch_plan_folder),
    export!(c1 plan apsfetch_plan_free),
    export!(c1 plan apsfetch_plan_listing),
    export!(c7 plan apsfetch_plan_objects),
    export!(c7 plan apsfetch_plan_objects_utf16),
    export!(c4 outcome apsfetch_plan_record),
    export!(c4 plan apsfetch_plan_start),
    export!(c4 request apsfetch_request_add_header),
    export!(c1 request apsfetch_request_free),
    export!(c4 request apsfetch_request_new_derivative),
    export!(c4 request apsfetch_request_new_object),
    export!(c3 request apsfetch_request_new_url),
    export!(c3 signing apsfetch_request_set_direct_download),
    export!(c3 request apsfetch_request_set_existing_file),
    export!(c3 signing apsfetch_request_set_if_modified_since),
    export!(c3 signing apsfetch_request_set_if_none_match),
    export!(c3 request apsfetch_request_set_memory),
    export!(c3 signing apsfetch_request_set_minutes_expiration),
    export!(c3 request apsfetch_request_set_path),
    export!(c3 request apsfetch_request_set_path_utf16),
    export!(c3 signing apsfetch_request_set_public_resource_fallback),
    export!(c3 signing apsfetch_request_set_response_cache_control),
    export!(c3 signing apsfetch_request_set_response_content_disposition),
    export!(c3 signing apsfetch_request_set_response_content_type),
    export!(c3 request apsfetch_request_set_resume),
    export!(c3 request apsfetch_request_set_sha1),
    export!(c3 signing apsfetch_request_set_signing),
    export!(c3 signing apsfetch_request_set_single_use),
    export!(c3 request apsfetch_request_set_size),
    export!(c4 signing apsfetch_request_set_skip_if_etag),
    export!(c3 signing apsfetch_request_set_use_cdn),
    export!(c1 result apsfetch_result_bytes),
    export!(c1 result apsfetch_result_content_type),
    export!(c1 result apsfetch_result_data),
    export!(c1 result apsfetch_result_data_size),
    export!(c1 result apsfetch_result_elapsed_ms),
    export!(c1 result apsfetch_result_etag),
    export!(c1 result apsfetch_result_free),
    export!(c1 result apsfetch_result_parts),
    export!(c1 result apsfetch_result_path),
    export!(c1 result apsfetch_result_resumed_bytes),
    export!(c1 result apsfetch_result_retries),
    export!(c1 result apsfetch_result_sha1),
    export!(c1 result apsfetch_result_status),
    export!(c1 result apsfetch_result_verification),
    export!(c6 signed apsfetch_sign),
    export!(c2 signed apsfetch_signed_cache_control),
    export!(c2 signed apsfetch_signed_chunk_count),
    export!(c3 signed apsfetch_signed_chunk_end),
    export!(c3 signed apsfetch_signed_chunk_start),
    export!(c3 signed apsfetch_signed_chunk_url),
    export!(c2 signed apsfetch_signed_content_disposition),
    export!(c2 signed apsfetch_signed_content_type),
    export!(c2 signed apsfetch_signed_cookie_count),
    export!(c2 signed apsfetch_signed_cookie_header),
    export!(c3 signed apsfetch_signed_cookie_name),
    export!(c3 signed apsfetch_signed_cookie_value),
    export!(c1 signed apsfetch_signed_count),
    export!(c3 signed apsfetch_signed_error),
    export!(c2 signed apsfetch_signed_etag),
    export!(c2 signed apsfetch_signed_expires_at_ms),
    export!(c1 signed apsfetch_signed_free),
    export!(c2 signed apsfetch_signed_reason),
    export!(c2 signed apsfetch_signed_sha1),
    export!(c2 signed apsfetch_signed_single_use),
    export!(c2 signed apsfetch_signed_size),
    export!(c2 signed apsfetch_signed_status),
    export!(c2 signed apsfetch_signed_url),
    export!(c1 status apsfetch_status_text),
    export!(c1 owned_text apsfetch_text_data),
    export!(c1 owned_text apsfetch_text_free),
    export!(u9 upload apsfetch_upload),
    export!(c2 upload_job apsfetch_upload_job_cancel),
    export!(c1 upload_job apsfetch_upload_job_free),
    export!(c3 upload_job apsfetch_upload_job_progress),
    export!(c3 upload_job apsfetch_upload_job_result),
    export!(c6 upload_job apsfetch_upload_job_start),
    export!(c7 upload_job apsfetch_upload_job_start_object),
    export!(c7 upload_job apsfetch_upload_job_start_object_utf16),
    export!(c6 upload_job apsfetch_upload_job_start_utf16),
    export!(c3 upload_job apsfetch_upload_job_wait),
    export!(u10 upload apsfetch_upload_object),
    export!(u10 upload apsfetch_upload_object_utf16),
    export!(c1 upload_options apsfetch_upload_options_free),
    export!(c2 upload_options apsfetch_upload_options_new),
    export!(c3 upload_options apsfetch_upload_options_set_content_type),
    export!(c3 upload_options apsfetch_upload_options_set_minutes_expiration),
    export!(c3 upload_options apsfetch_upload_options_set_single_use),
    export!(c1 upload_result apsfetch_upload_result_bytes),
    export!(c1 upload_result apsfetch_upload_result_etag),
    export!(c1 upload_result apsfetch_upload_result_free),
    export!(c1 upload_result apsfetch_upload_result_http_status),
    export!(c1 upload_result apsfetch_upload_result_object_id),
    export!(c1 upload_result apsfetch_upload_result_object_key),
    export!(c1 upload_result apsfetch_upload_result_sha1),
    export!(u9 upload apsfetch_upload_utf16),
    export!(c0 version apsfetch_version),
];
