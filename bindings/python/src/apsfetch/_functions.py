"""Every function, handle and structure of ``apsfetch.h``, as ctypes calls them.

The tests compare this file with the header. To add a function of the library, add its line here.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint16, c_uint32, c_uint64, c_void_p
from typing import Any

ABI_VERSION = 1
# However long it takes.
NO_LIMIT = 4294967295


def _handle(name: str) -> Any:
    """The pointer type of a handle. Each handle has its own, so that ctypes refuses one in place of another."""
    return POINTER(type(name, (ctypes.Structure,), {}))


ERROR = _handle("apsfetch_error")
TEXT = _handle("apsfetch_text")
CONFIG = _handle("apsfetch_config")
CLIENT = _handle("apsfetch_client")
REQUEST = _handle("apsfetch_request")
RESULT = _handle("apsfetch_result")
JOB = _handle("apsfetch_job")
CANCEL_TOKEN = _handle("apsfetch_cancel_token")
ACCESS_TOKEN = _handle("apsfetch_access_token")
SIGNED = _handle("apsfetch_signed")
OSS_URL = _handle("apsfetch_oss_url")
DETAILS = _handle("apsfetch_details")
UPLOAD_OPTIONS = _handle("apsfetch_upload_options")
UPLOAD_RESULT = _handle("apsfetch_upload_result")
UPLOAD_JOB = _handle("apsfetch_upload_job")
LOGIN = _handle("apsfetch_login")
MANIFEST = _handle("apsfetch_manifest")
MANIFEST_WATCH = _handle("apsfetch_manifest_watch")
LIST_OPTIONS = _handle("apsfetch_list_options")
OBJECTS = _handle("apsfetch_objects")
DESIGN_FILTER = _handle("apsfetch_design_filter")
OBJECT_FILTER = _handle("apsfetch_object_filter")
PLAN = _handle("apsfetch_plan")
OUTCOME = _handle("apsfetch_outcome")

HANDLES: dict[str, Any] = {
    "apsfetch_error": ERROR,
    "apsfetch_text": TEXT,
    "apsfetch_config": CONFIG,
    "apsfetch_client": CLIENT,
    "apsfetch_request": REQUEST,
    "apsfetch_result": RESULT,
    "apsfetch_job": JOB,
    "apsfetch_cancel_token": CANCEL_TOKEN,
    "apsfetch_access_token": ACCESS_TOKEN,
    "apsfetch_signed": SIGNED,
    "apsfetch_oss_url": OSS_URL,
    "apsfetch_details": DETAILS,
    "apsfetch_upload_options": UPLOAD_OPTIONS,
    "apsfetch_upload_result": UPLOAD_RESULT,
    "apsfetch_upload_job": UPLOAD_JOB,
    "apsfetch_login": LOGIN,
    "apsfetch_manifest": MANIFEST,
    "apsfetch_manifest_watch": MANIFEST_WATCH,
    "apsfetch_list_options": LIST_OPTIONS,
    "apsfetch_objects": OBJECTS,
    "apsfetch_design_filter": DESIGN_FILTER,
    "apsfetch_object_filter": OBJECT_FILTER,
    "apsfetch_plan": PLAN,
    "apsfetch_outcome": OUTCOME,
}


class ProgressStructure(ctypes.Structure):
    """``apsfetch_progress``."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("state", c_int32),
        ("items_total", c_uint64),
        ("items_finished", c_uint64),
        ("items_failed", c_uint64),
        ("items_sized", c_uint64),
        ("bytes_done", c_uint64),
        ("bytes_total", c_uint64),
        ("connections", c_uint64),
        ("retries", c_uint64),
    ]


STRUCTURES: dict[str, Any] = {"apsfetch_progress": ProgressStructure}

# No Python code is ever called from the library, so these are always NULL.
PROGRESS_CALLBACK = c_void_p
UPLOAD_CALLBACK = c_void_p
MANIFEST_CALLBACK = c_void_p

_TEXT = c_char_p
_STATUS = c_int32
_UTF16 = POINTER(c_uint16)
_ERROR_OUT = POINTER(ERROR)
_REQUESTS = POINTER(REQUEST)
_ITEM = (SIGNED, c_size_t)
_CHUNK = (SIGNED, c_size_t, c_size_t)
_UPLOAD_END = (UPLOAD_OPTIONS, UPLOAD_CALLBACK, c_void_p, CANCEL_TOKEN, POINTER(UPLOAD_RESULT), _ERROR_OUT)
_UPLOAD_START = (UPLOAD_OPTIONS, POINTER(UPLOAD_JOB), _ERROR_OUT)
_FOLDER_END = (PROGRESS_CALLBACK, c_void_p, CANCEL_TOKEN, POINTER(OUTCOME), _ERROR_OUT)
_NODE = (MANIFEST, c_size_t)
_MESSAGE = (MANIFEST, c_size_t, c_size_t)
_OBJECT = (OBJECTS, c_size_t)
_PLANNED = (PLAN, c_size_t)
_OUTCOME_FILE = (OUTCOME, c_size_t)

# Name: (what it returns, its arguments).
_TABLE: dict[str, tuple[Any, tuple[Any, ...]]] = {
    # Versions, statuses, errors
    "apsfetch_version": (_TEXT, ()),
    "apsfetch_abi_version": (c_uint32, ()),
    "apsfetch_status_text": (_TEXT, (c_int32,)),
    "apsfetch_error_status": (_STATUS, (ERROR,)),
    "apsfetch_error_message": (_TEXT, (ERROR,)),
    "apsfetch_error_http_status": (c_int32, (ERROR,)),
    "apsfetch_error_os_code": (c_int32, (ERROR,)),
    "apsfetch_error_request_id": (_TEXT, (ERROR,)),
    "apsfetch_error_retry_after_ms": (c_int64, (ERROR,)),
    "apsfetch_error_free": (_STATUS, (ERROR,)),
    "apsfetch_text_data": (_TEXT, (TEXT,)),
    "apsfetch_text_free": (_STATUS, (TEXT,)),
    # Configuration of a client
    "apsfetch_config_new": (_STATUS, (POINTER(CONFIG), _ERROR_OUT)),
    "apsfetch_config_set_base_url": (_STATUS, (CONFIG, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_access_token": (_STATUS, (CONFIG, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_client_credentials": (_STATUS, (CONFIG, _TEXT, _TEXT, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_refresh_token": (_STATUS, (CONFIG, _TEXT, _TEXT, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_token_wait_ms": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_region": (_STATUS, (CONFIG, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_durable": (_STATUS, (CONFIG, c_int32, _ERROR_OUT)),
    "apsfetch_config_set_emea_path": (_STATUS, (CONFIG, c_int32, _ERROR_OUT)),
    "apsfetch_config_set_max_connections": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_bandwidth_limit": (_STATUS, (CONFIG, c_uint64, _ERROR_OUT)),
    "apsfetch_config_set_part_size": (_STATUS, (CONFIG, c_uint64, _ERROR_OUT)),
    "apsfetch_config_set_connect_timeout_ms": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_reply_timeout_ms": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_stall_timeout_ms": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_disk_timeout_ms": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_retry_timeout_ms": (_STATUS, (CONFIG, c_uint32, _ERROR_OUT)),
    "apsfetch_config_set_ca_file": (_STATUS, (CONFIG, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_ca_file_utf16": (_STATUS, (CONFIG, _UTF16, _ERROR_OUT)),
    "apsfetch_config_set_proxy": (_STATUS, (CONFIG, _TEXT, _ERROR_OUT)),
    "apsfetch_config_set_user_agent": (_STATUS, (CONFIG, _TEXT, _ERROR_OUT)),
    "apsfetch_config_free": (_STATUS, (CONFIG,)),
    # Clients
    "apsfetch_client_new": (_STATUS, (CONFIG, POINTER(CLIENT), _ERROR_OUT)),
    "apsfetch_client_set_access_token": (_STATUS, (CLIENT, _TEXT, _ERROR_OUT)),
    "apsfetch_client_set_bandwidth_limit": (_STATUS, (CLIENT, c_uint64, _ERROR_OUT)),
    "apsfetch_client_refresh_token": (_STATUS, (CLIENT, POINTER(TEXT), _ERROR_OUT)),
    "apsfetch_client_free": (_STATUS, (CLIENT,)),
    # Requests, and how they are signed
    "apsfetch_request_new_derivative": (_STATUS, (_TEXT, _TEXT, POINTER(REQUEST), _ERROR_OUT)),
    "apsfetch_request_new_object": (_STATUS, (_TEXT, _TEXT, POINTER(REQUEST), _ERROR_OUT)),
    "apsfetch_request_new_url": (_STATUS, (_TEXT, POINTER(REQUEST), _ERROR_OUT)),
    "apsfetch_request_set_path": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_path_utf16": (_STATUS, (REQUEST, _UTF16, _ERROR_OUT)),
    "apsfetch_request_set_memory": (_STATUS, (REQUEST, c_uint64, _ERROR_OUT)),
    "apsfetch_request_set_resume": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    "apsfetch_request_set_existing_file": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    "apsfetch_request_set_sha1": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_size": (_STATUS, (REQUEST, c_uint64, _ERROR_OUT)),
    "apsfetch_request_add_header": (_STATUS, (REQUEST, _TEXT, _TEXT, _ERROR_OUT)),
    "apsfetch_request_free": (_STATUS, (REQUEST,)),
    "apsfetch_request_set_signing": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    "apsfetch_request_set_direct_download": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    "apsfetch_request_set_single_use": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    "apsfetch_request_set_minutes_expiration": (_STATUS, (REQUEST, c_uint32, _ERROR_OUT)),
    "apsfetch_request_set_response_content_disposition": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_response_content_type": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_response_cache_control": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_if_none_match": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_skip_if_etag": (_STATUS, (REQUEST, _TEXT, c_uint64, _ERROR_OUT)),
    "apsfetch_request_set_if_modified_since": (_STATUS, (REQUEST, _TEXT, _ERROR_OUT)),
    "apsfetch_request_set_public_resource_fallback": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    "apsfetch_request_set_use_cdn": (_STATUS, (REQUEST, c_int32, _ERROR_OUT)),
    # Results
    "apsfetch_result_status": (_STATUS, (RESULT,)),
    "apsfetch_result_path": (_TEXT, (RESULT,)),
    "apsfetch_result_data": (c_void_p, (RESULT,)),
    "apsfetch_result_data_size": (c_size_t, (RESULT,)),
    "apsfetch_result_bytes": (c_uint64, (RESULT,)),
    "apsfetch_result_resumed_bytes": (c_uint64, (RESULT,)),
    "apsfetch_result_verification": (c_int32, (RESULT,)),
    "apsfetch_result_sha1": (_TEXT, (RESULT,)),
    "apsfetch_result_etag": (_TEXT, (RESULT,)),
    "apsfetch_result_content_type": (_TEXT, (RESULT,)),
    "apsfetch_result_parts": (c_uint64, (RESULT,)),
    "apsfetch_result_retries": (c_uint64, (RESULT,)),
    "apsfetch_result_elapsed_ms": (c_uint64, (RESULT,)),
    "apsfetch_result_free": (_STATUS, (RESULT,)),
    # Jobs
    "apsfetch_job_start": (_STATUS, (CLIENT, _REQUESTS, c_size_t, POINTER(JOB), _ERROR_OUT)),
    "apsfetch_job_wait": (_STATUS, (JOB, c_uint32, _ERROR_OUT)),
    "apsfetch_job_progress": (_STATUS, (JOB, POINTER(ProgressStructure), _ERROR_OUT)),
    "apsfetch_job_cancel": (_STATUS, (JOB, _ERROR_OUT)),
    "apsfetch_job_count": (c_size_t, (JOB,)),
    "apsfetch_job_result": (_STATUS, (JOB, c_size_t, POINTER(RESULT), _ERROR_OUT)),
    "apsfetch_job_free": (_STATUS, (JOB,)),
    "apsfetch_download": (
        _STATUS,
        (CLIENT, _REQUESTS, c_size_t, PROGRESS_CALLBACK, c_void_p, POINTER(JOB), _ERROR_OUT),
    ),
    # Cancelling a call that blocks
    "apsfetch_access_token_fetch": (_STATUS, (CLIENT, CANCEL_TOKEN, POINTER(ACCESS_TOKEN), _ERROR_OUT)),
    "apsfetch_access_token_text": (_TEXT, (ACCESS_TOKEN,)),
    "apsfetch_access_token_expires_in_ms": (c_int64, (ACCESS_TOKEN,)),
    "apsfetch_access_token_free": (_STATUS, (ACCESS_TOKEN,)),
    "apsfetch_cancel_token_new": (_STATUS, (POINTER(CANCEL_TOKEN), _ERROR_OUT)),
    "apsfetch_cancel_token_cancel": (_STATUS, (CANCEL_TOKEN, _ERROR_OUT)),
    "apsfetch_cancel_token_is_cancelled": (c_int32, (CANCEL_TOKEN,)),
    "apsfetch_cancel_token_free": (_STATUS, (CANCEL_TOKEN,)),
    # Signing without downloading
    "apsfetch_sign": (
        _STATUS,
        (CLIENT, _REQUESTS, c_size_t, CANCEL_TOKEN, POINTER(SIGNED), _ERROR_OUT),
    ),
    "apsfetch_signed_count": (c_size_t, (SIGNED,)),
    "apsfetch_signed_status": (_STATUS, _ITEM),
    "apsfetch_signed_error": (_STATUS, (*_ITEM, _ERROR_OUT)),
    "apsfetch_signed_url": (_TEXT, _ITEM),
    "apsfetch_signed_chunk_count": (c_size_t, _ITEM),
    "apsfetch_signed_chunk_start": (c_uint64, _CHUNK),
    "apsfetch_signed_chunk_end": (c_uint64, _CHUNK),
    "apsfetch_signed_chunk_url": (_TEXT, _CHUNK),
    "apsfetch_signed_cookie_count": (c_size_t, _ITEM),
    "apsfetch_signed_cookie_name": (_TEXT, _CHUNK),
    "apsfetch_signed_cookie_value": (_TEXT, _CHUNK),
    "apsfetch_signed_cookie_header": (_TEXT, _ITEM),
    "apsfetch_signed_size": (c_int64, _ITEM),
    "apsfetch_signed_etag": (_TEXT, _ITEM),
    "apsfetch_signed_sha1": (_TEXT, _ITEM),
    "apsfetch_signed_content_type": (_TEXT, _ITEM),
    "apsfetch_signed_content_disposition": (_TEXT, _ITEM),
    "apsfetch_signed_cache_control": (_TEXT, _ITEM),
    "apsfetch_signed_reason": (_TEXT, _ITEM),
    "apsfetch_signed_expires_at_ms": (c_int64, _ITEM),
    "apsfetch_signed_single_use": (c_int32, _ITEM),
    "apsfetch_signed_free": (_STATUS, (SIGNED,)),
    # Jobs
    "apsfetch_job_item_bytes_done": (c_uint64, (JOB, c_size_t)),
    "apsfetch_job_item_bytes_total": (c_int64, (JOB, c_size_t)),
    "apsfetch_job_item_finished": (c_int32, (JOB, c_size_t)),
    # OSS signed URLs
    "apsfetch_create_signed_url": (
        _STATUS,
        (CLIENT, _TEXT, _TEXT, c_int32, c_int32, c_uint32, c_int32, CANCEL_TOKEN, POINTER(OSS_URL), _ERROR_OUT),
    ),
    "apsfetch_oss_url_text": (_TEXT, (OSS_URL,)),
    "apsfetch_oss_url_expires_at_ms": (c_int64, (OSS_URL,)),
    "apsfetch_oss_url_single_use": (c_int32, (OSS_URL,)),
    "apsfetch_oss_url_free": (_STATUS, (OSS_URL,)),
    # Details of a derivative
    "apsfetch_details_fetch": (_STATUS, (CLIENT, REQUEST, c_uint32, CANCEL_TOKEN, POINTER(DETAILS), _ERROR_OUT)),
    "apsfetch_details_size": (c_int64, (DETAILS,)),
    "apsfetch_details_content_type": (_TEXT, (DETAILS,)),
    "apsfetch_details_app_identifier": (_TEXT, (DETAILS,)),
    "apsfetch_details_startup_time": (_TEXT, (DETAILS,)),
    "apsfetch_details_duration": (_TEXT, (DETAILS,)),
    "apsfetch_details_troubleshooting": (_TEXT, (DETAILS,)),
    "apsfetch_details_free": (_STATUS, (DETAILS,)),
    # Options of an upload
    "apsfetch_upload_options_new": (_STATUS, (POINTER(UPLOAD_OPTIONS), _ERROR_OUT)),
    "apsfetch_upload_options_set_content_type": (_STATUS, (UPLOAD_OPTIONS, _TEXT, _ERROR_OUT)),
    "apsfetch_upload_options_set_single_use": (_STATUS, (UPLOAD_OPTIONS, c_int32, _ERROR_OUT)),
    "apsfetch_upload_options_set_minutes_expiration": (_STATUS, (UPLOAD_OPTIONS, c_uint32, _ERROR_OUT)),
    "apsfetch_upload_options_free": (_STATUS, (UPLOAD_OPTIONS,)),
    # Results of uploads
    "apsfetch_upload_result_bytes": (c_uint64, (UPLOAD_RESULT,)),
    "apsfetch_upload_result_http_status": (c_int32, (UPLOAD_RESULT,)),
    "apsfetch_upload_result_etag": (_TEXT, (UPLOAD_RESULT,)),
    "apsfetch_upload_result_object_id": (_TEXT, (UPLOAD_RESULT,)),
    "apsfetch_upload_result_object_key": (_TEXT, (UPLOAD_RESULT,)),
    "apsfetch_upload_result_sha1": (_TEXT, (UPLOAD_RESULT,)),
    "apsfetch_upload_result_free": (_STATUS, (UPLOAD_RESULT,)),
    # Uploads
    "apsfetch_upload": (
        _STATUS,
        (CLIENT, _TEXT, _TEXT, *_UPLOAD_END),
    ),
    "apsfetch_upload_utf16": (
        _STATUS,
        (CLIENT, _TEXT, _UTF16, *_UPLOAD_END),
    ),
    "apsfetch_upload_object": (
        _STATUS,
        (CLIENT, _TEXT, _TEXT, _TEXT, *_UPLOAD_END),
    ),
    "apsfetch_upload_object_utf16": (
        _STATUS,
        (CLIENT, _TEXT, _TEXT, _UTF16, *_UPLOAD_END),
    ),
    # Uploads to poll
    "apsfetch_upload_job_start": (_STATUS, (CLIENT, _TEXT, _TEXT, *_UPLOAD_START)),
    "apsfetch_upload_job_start_utf16": (_STATUS, (CLIENT, _TEXT, _UTF16, *_UPLOAD_START)),
    "apsfetch_upload_job_start_object": (_STATUS, (CLIENT, _TEXT, _TEXT, _TEXT, *_UPLOAD_START)),
    "apsfetch_upload_job_start_object_utf16": (_STATUS, (CLIENT, _TEXT, _TEXT, _UTF16, *_UPLOAD_START)),
    "apsfetch_upload_job_wait": (_STATUS, (UPLOAD_JOB, c_uint32, _ERROR_OUT)),
    "apsfetch_upload_job_progress": (_STATUS, (UPLOAD_JOB, POINTER(ProgressStructure), _ERROR_OUT)),
    "apsfetch_upload_job_cancel": (_STATUS, (UPLOAD_JOB, _ERROR_OUT)),
    "apsfetch_upload_job_result": (_STATUS, (UPLOAD_JOB, POINTER(UPLOAD_RESULT), _ERROR_OUT)),
    "apsfetch_upload_job_free": (_STATUS, (UPLOAD_JOB,)),
    # Logging a user in
    "apsfetch_login_start": (
        _STATUS,
        (CLIENT, _TEXT, _TEXT, _TEXT, c_uint32, _TEXT, c_uint32, POINTER(LOGIN), _ERROR_OUT),
    ),
    "apsfetch_login_authorize_url": (_TEXT, (LOGIN,)),
    "apsfetch_login_redirect_uri": (_TEXT, (LOGIN,)),
    "apsfetch_login_is_open": (c_int32, (LOGIN,)),
    "apsfetch_login_wait": (_STATUS, (LOGIN, c_uint32, CANCEL_TOKEN, _ERROR_OUT)),
    "apsfetch_login_expires_in_ms": (c_int64, (LOGIN,)),
    "apsfetch_login_scopes": (_TEXT, (LOGIN,)),
    "apsfetch_login_refresh_token": (_TEXT, (LOGIN,)),
    "apsfetch_login_free": (_STATUS, (LOGIN,)),
    # Manifests
    "apsfetch_manifest_fetch": (_STATUS, (CLIENT, _TEXT, CANCEL_TOKEN, POINTER(MANIFEST), _ERROR_OUT)),
    "apsfetch_manifest_wait": (
        _STATUS,
        (CLIENT, _TEXT, c_uint32, MANIFEST_CALLBACK, c_void_p, CANCEL_TOKEN, POINTER(MANIFEST), _ERROR_OUT),
    ),
    "apsfetch_manifest_watch_start": (_STATUS, (CLIENT, _TEXT, c_uint32, POINTER(MANIFEST_WATCH), _ERROR_OUT)),
    "apsfetch_manifest_watch_wait": (_STATUS, (MANIFEST_WATCH, c_uint32, _ERROR_OUT)),
    "apsfetch_manifest_watch_state": (_STATUS, (MANIFEST_WATCH,)),
    "apsfetch_manifest_watch_count": (c_uint64, (MANIFEST_WATCH,)),
    "apsfetch_manifest_watch_latest": (_STATUS, (MANIFEST_WATCH, POINTER(MANIFEST), _ERROR_OUT)),
    "apsfetch_manifest_watch_cancel": (_STATUS, (MANIFEST_WATCH, _ERROR_OUT)),
    "apsfetch_manifest_watch_result": (_STATUS, (MANIFEST_WATCH, POINTER(MANIFEST), _ERROR_OUT)),
    "apsfetch_manifest_watch_free": (_STATUS, (MANIFEST_WATCH,)),
    "apsfetch_manifest_from_json": (_STATUS, (_TEXT, POINTER(MANIFEST), _ERROR_OUT)),
    "apsfetch_manifest_json": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_urn": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_status": (_STATUS, (MANIFEST,)),
    "apsfetch_manifest_status_text": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_progress": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_percent": (c_int64, (MANIFEST,)),
    "apsfetch_manifest_region": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_type": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_version": (_TEXT, (MANIFEST,)),
    "apsfetch_manifest_has_thumbnail": (c_int32, (MANIFEST,)),
    "apsfetch_manifest_node_count": (c_size_t, (MANIFEST,)),
    "apsfetch_manifest_free": (_STATUS, (MANIFEST,)),
    # Nodes of a manifest
    "apsfetch_manifest_node_parent": (c_int64, _NODE),
    "apsfetch_manifest_node_is_derivative": (c_int32, _NODE),
    "apsfetch_manifest_node_urn": (_TEXT, _NODE),
    "apsfetch_manifest_node_guid": (_TEXT, _NODE),
    "apsfetch_manifest_node_name": (_TEXT, _NODE),
    "apsfetch_manifest_node_role": (_TEXT, _NODE),
    "apsfetch_manifest_node_mime": (_TEXT, _NODE),
    "apsfetch_manifest_node_type": (_TEXT, _NODE),
    "apsfetch_manifest_node_output_type": (_TEXT, _NODE),
    "apsfetch_manifest_node_status": (_STATUS, _NODE),
    "apsfetch_manifest_node_status_text": (_TEXT, _NODE),
    "apsfetch_manifest_node_progress": (_TEXT, _NODE),
    "apsfetch_manifest_node_percent": (c_int64, _NODE),
    "apsfetch_manifest_node_has_thumbnail": (c_int32, _NODE),
    "apsfetch_manifest_message_count": (c_size_t, _NODE),
    "apsfetch_manifest_message_type": (_TEXT, _MESSAGE),
    "apsfetch_manifest_message_code": (_TEXT, _MESSAGE),
    "apsfetch_manifest_message_text": (_TEXT, _MESSAGE),
    # Options of a listing
    "apsfetch_list_options_new": (_STATUS, (POINTER(LIST_OPTIONS), _ERROR_OUT)),
    "apsfetch_list_options_set_begins_with": (_STATUS, (LIST_OPTIONS, _TEXT, _ERROR_OUT)),
    "apsfetch_list_options_set_start_at": (_STATUS, (LIST_OPTIONS, _TEXT, _ERROR_OUT)),
    "apsfetch_list_options_set_limit": (_STATUS, (LIST_OPTIONS, c_uint32, _ERROR_OUT)),
    "apsfetch_list_options_set_max_objects": (_STATUS, (LIST_OPTIONS, c_uint64, _ERROR_OUT)),
    "apsfetch_list_options_free": (_STATUS, (LIST_OPTIONS,)),
    # Objects of a bucket
    "apsfetch_list_objects": (_STATUS, (CLIENT, _TEXT, LIST_OPTIONS, CANCEL_TOKEN, POINTER(OBJECTS), _ERROR_OUT)),
    "apsfetch_list_objects_page": (
        _STATUS,
        (CLIENT, _TEXT, LIST_OPTIONS, _TEXT, CANCEL_TOKEN, POINTER(OBJECTS), _ERROR_OUT),
    ),
    "apsfetch_object_details": (_STATUS, (CLIENT, _TEXT, _TEXT, CANCEL_TOKEN, POINTER(OBJECTS), _ERROR_OUT)),
    "apsfetch_objects_count": (c_size_t, (OBJECTS,)),
    "apsfetch_objects_next": (_TEXT, (OBJECTS,)),
    "apsfetch_objects_bucket_key": (_TEXT, _OBJECT),
    "apsfetch_objects_object_key": (_TEXT, _OBJECT),
    "apsfetch_objects_object_id": (_TEXT, _OBJECT),
    "apsfetch_objects_size": (c_int64, _OBJECT),
    "apsfetch_objects_sha1": (_TEXT, _OBJECT),
    "apsfetch_objects_content_type": (_TEXT, _OBJECT),
    "apsfetch_objects_location": (_TEXT, _OBJECT),
    "apsfetch_objects_free": (_STATUS, (OBJECTS,)),
    # Filters of derivatives
    "apsfetch_design_filter_new": (_STATUS, (POINTER(DESIGN_FILTER), _ERROR_OUT)),
    "apsfetch_design_filter_add_role": (_STATUS, (DESIGN_FILTER, _TEXT, _ERROR_OUT)),
    "apsfetch_design_filter_add_mime": (_STATUS, (DESIGN_FILTER, _TEXT, _ERROR_OUT)),
    "apsfetch_design_filter_add_output_type": (_STATUS, (DESIGN_FILTER, _TEXT, _ERROR_OUT)),
    "apsfetch_design_filter_free": (_STATUS, (DESIGN_FILTER,)),
    # Filters of objects
    "apsfetch_object_filter_new": (_STATUS, (POINTER(OBJECT_FILTER), _ERROR_OUT)),
    "apsfetch_object_filter_set_prefix": (_STATUS, (OBJECT_FILTER, _TEXT, _ERROR_OUT)),
    "apsfetch_object_filter_set_strip_prefix": (_STATUS, (OBJECT_FILTER, c_int32, _ERROR_OUT)),
    "apsfetch_object_filter_free": (_STATUS, (OBJECT_FILTER,)),
    # Plans of folders
    "apsfetch_plan_design": (_STATUS, (CLIENT, MANIFEST, DESIGN_FILTER, _TEXT, POINTER(PLAN), _ERROR_OUT)),
    "apsfetch_plan_design_utf16": (_STATUS, (CLIENT, MANIFEST, DESIGN_FILTER, _UTF16, POINTER(PLAN), _ERROR_OUT)),
    "apsfetch_plan_objects": (
        _STATUS,
        (CLIENT, _TEXT, OBJECT_FILTER, _TEXT, CANCEL_TOKEN, POINTER(PLAN), _ERROR_OUT),
    ),
    "apsfetch_plan_objects_utf16": (
        _STATUS,
        (CLIENT, _TEXT, OBJECT_FILTER, _UTF16, CANCEL_TOKEN, POINTER(PLAN), _ERROR_OUT),
    ),
    "apsfetch_plan_start": (_STATUS, (CLIENT, PLAN, POINTER(JOB), _ERROR_OUT)),
    "apsfetch_plan_folder": (_TEXT, (PLAN,)),
    "apsfetch_plan_listing": (_TEXT, (PLAN,)),
    "apsfetch_plan_count": (c_size_t, (PLAN,)),
    "apsfetch_plan_file_id": (_TEXT, _PLANNED),
    "apsfetch_plan_file_relative_path": (_TEXT, _PLANNED),
    "apsfetch_plan_file_size": (c_int64, _PLANNED),
    "apsfetch_plan_file_status": (_STATUS, _PLANNED),
    "apsfetch_plan_file_reason": (_TEXT, _PLANNED),
    "apsfetch_plan_file_error": (_STATUS, (PLAN, c_size_t, _ERROR_OUT)),
    "apsfetch_plan_file_job_index": (c_int64, _PLANNED),
    "apsfetch_plan_free": (_STATUS, (PLAN,)),
    # Outcomes of folders
    "apsfetch_plan_record": (_STATUS, (PLAN, JOB, POINTER(OUTCOME), _ERROR_OUT)),
    "apsfetch_outcome_folder": (_TEXT, (OUTCOME,)),
    "apsfetch_outcome_listing": (_TEXT, (OUTCOME,)),
    "apsfetch_outcome_count": (c_size_t, (OUTCOME,)),
    "apsfetch_outcome_file_id": (_TEXT, _OUTCOME_FILE),
    "apsfetch_outcome_file_path": (_TEXT, _OUTCOME_FILE),
    "apsfetch_outcome_file_status": (_STATUS, _OUTCOME_FILE),
    "apsfetch_outcome_file_bytes": (c_uint64, _OUTCOME_FILE),
    "apsfetch_outcome_file_etag": (_TEXT, _OUTCOME_FILE),
    "apsfetch_outcome_file_sha1": (_TEXT, _OUTCOME_FILE),
    "apsfetch_outcome_file_reason": (_TEXT, _OUTCOME_FILE),
    "apsfetch_outcome_file_error": (_STATUS, (OUTCOME, c_size_t, _ERROR_OUT)),
    "apsfetch_outcome_free": (_STATUS, (OUTCOME,)),
    # Downloading whole folders in one call
    "apsfetch_download_design": (
        _STATUS,
        (CLIENT, _TEXT, DESIGN_FILTER, _TEXT, *_FOLDER_END),
    ),
    "apsfetch_download_design_utf16": (
        _STATUS,
        (CLIENT, _TEXT, DESIGN_FILTER, _UTF16, *_FOLDER_END),
    ),
    "apsfetch_download_objects": (
        _STATUS,
        (CLIENT, _TEXT, OBJECT_FILTER, _TEXT, *_FOLDER_END),
    ),
    "apsfetch_download_objects_utf16": (
        _STATUS,
        (CLIENT, _TEXT, OBJECT_FILTER, _UTF16, *_FOLDER_END),
    ),
}

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    name: (result, list(arguments)) for name, (result, arguments) in _TABLE.items()
}


def declare(dll: ctypes.CDLL) -> None:
    """Gives each function of a library its types. ``AttributeError`` if the library lacks one."""
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(dll, name)
        # ctypes would take every result for an int of 32 bits, and cut pointers in two.
        function.restype = result
        function.argtypes = arguments
