"""Every function, handle and structure of ``apsfetch.h``, as ctypes calls them.

The tests compare this file with the header. To add a function of the library, add its line here.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint16, c_uint32, c_uint64, c_void_p
from typing import Any

ABI_VERSION = 1


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
SIGNED = _handle("apsfetch_signed")

HANDLES: dict[str, Any] = {
    "apsfetch_error": ERROR,
    "apsfetch_text": TEXT,
    "apsfetch_config": CONFIG,
    "apsfetch_client": CLIENT,
    "apsfetch_request": REQUEST,
    "apsfetch_result": RESULT,
    "apsfetch_job": JOB,
    "apsfetch_cancel_token": CANCEL_TOKEN,
    "apsfetch_signed": SIGNED,
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

# No Python code is ever called from the library, so this is always NULL.
PROGRESS_CALLBACK = c_void_p

_TEXT = c_char_p
_STATUS = c_int32
_UTF16 = POINTER(c_uint16)
_ERROR_OUT = POINTER(ERROR)
_REQUESTS = POINTER(REQUEST)
_ITEM = (SIGNED, c_size_t)
_CHUNK = (SIGNED, c_size_t, c_size_t)

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
