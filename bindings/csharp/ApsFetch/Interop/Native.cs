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
    /// The functions of apsfetch.h, in the header's order and with its names; a test compares the two, and knows the
    /// few that are left out. Text and paths are pointers to zero-terminated UTF-8 (<c>byte*</c>) and UTF-16
    /// (<c>char*</c>), so nothing but handles is left for the runtime to marshal.
    /// </summary>
    internal static unsafe partial class Native
    {
        /// <summary>
        /// The file's name on Windows, with the ABI version in it. Without that it were the name of this assembly there,
        /// where upper and lower case are one: the runtime would look for the functions in the assembly itself.
        /// </summary>
        internal const string Library = "apsfetch-1";
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

        // Texts
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_text_data(TextHandle text);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_text_free(IntPtr text);

        // Configuration of a client
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_new(out ConfigHandle config, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_base_url(ConfigHandle config, byte* url, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_access_token(ConfigHandle config, byte* token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_client_credentials(ConfigHandle config, byte* clientId, byte* clientSecret, byte* scopes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_refresh_token(ConfigHandle config, byte* clientId, byte* refreshToken, byte* scopes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_token_wait_ms(ConfigHandle config, uint wait, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_region(ConfigHandle config, byte* region, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_emea_path(ConfigHandle config, int emeaPath, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_durable(ConfigHandle config, int durable, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_max_connections(ConfigHandle config, uint connections, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_bandwidth_limit(ConfigHandle config, ulong bytesPerSecond, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_part_size(ConfigHandle config, ulong bytes, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_connect_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_reply_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_stall_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_retry_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_disk_timeout_ms(ConfigHandle config, uint limit, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_ca_file_utf16(ConfigHandle config, char* path, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_proxy(ConfigHandle config, byte* address, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_set_user_agent(ConfigHandle config, byte* name, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_config_free(IntPtr config);

        // Clients
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_new(ConfigHandle config, out ClientHandle client, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_set_access_token(ClientHandle client, byte* token, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_set_bandwidth_limit(ClientHandle client, ulong bytesPerSecond, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_refresh_token(ClientHandle client, out TextHandle text, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_client_free(IntPtr client);

        // Logging a user in
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_login_start(ClientHandle client, byte* clientId, byte* scopes, byte* callbackHost, uint callbackPort, byte* callbackPath, uint timeout, out LoginHandle login, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_login_authorize_url(LoginHandle login);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_login_redirect_uri(LoginHandle login);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_login_is_open(LoginHandle login);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_login_wait(LoginHandle login, uint limit, CancelTokenHandle cancel, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_login_expires_in_ms(LoginHandle login);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_login_scopes(LoginHandle login);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_login_refresh_token(LoginHandle login);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_login_free(IntPtr login);
    }
}
