namespace ApsFetch
{
    /// <summary>What became of a call: the numbers of apsfetch.h. A later version of the native library may have
    /// more, so treat one you do not know as a failure.</summary>
    public enum ApsStatus
    {
        /// <summary>Done.</summary>
        Ok = 0,
        /// <summary>Not over yet. Not a failure.</summary>
        Pending = 1,
        /// <summary>An argument is missing, malformed or out of range. Nothing was sent or written.</summary>
        InvalidArgument = -1,
        /// <summary>A handle is not known.</summary>
        InvalidHandle = -2,
        /// <summary>An object that was made before a fork was used in the child process.</summary>
        WrongProcess = -3,
        /// <summary>A bug in the native library was caught before it reached the program.</summary>
        Panic = -4,
        /// <summary>The operating system refused a thread, memory or a descriptor.</summary>
        Resource = -5,
        /// <summary>The call is not possible in this state.</summary>
        InvalidState = -6,
        /// <summary>The job was cancelled.</summary>
        Cancelled = -7,
        /// <summary>A limit on time passed. The message says which one.</summary>
        Timeout = -8,
        /// <summary>The connection broke, or could not be made.</summary>
        Network = -10,
        /// <summary>A host name could not be resolved.</summary>
        Dns = -11,
        /// <summary>TLS failed: the certificate is not trusted, expired or for another host.</summary>
        Tls = -12,
        /// <summary>The proxy refused or could not be used.</summary>
        Proxy = -13,
        /// <summary>The access token is missing, wrong or expired (HTTP 401).</summary>
        Auth = -20,
        /// <summary>The token is valid but lacks a scope or the right to the item (HTTP 403).</summary>
        Forbidden = -21,
        /// <summary>The design, derivative, bucket or object does not exist in this region (HTTP 404).</summary>
        NotFound = -22,
        /// <summary>The derivative is not translated yet (HTTP 202).</summary>
        NotReady = -23,
        /// <summary>APS asks to slow down (HTTP 429) and the retries are used up.</summary>
        RateLimited = -24,
        /// <summary>Another HTTP status that means failure.</summary>
        Http = -25,
        /// <summary>A reply breaks the protocol, so nothing in it was used.</summary>
        BadResponse = -26,
        /// <summary>A signed URL or its cookies expired and could not be renewed.</summary>
        Expired = -27,
        /// <summary>APS answered for this one item that it cannot be downloaded.</summary>
        Refused = -28,
        /// <summary>The file changed on the server during the download, or has not the size the request says.</summary>
        Changed = -30,
        /// <summary>All bytes arrived but their SHA-1 is not the promised one.</summary>
        Integrity = -31,
        /// <summary>Reading or writing a local file failed.</summary>
        File = -40,
        /// <summary>The disk or the quota is full.</summary>
        DiskFull = -41,
        /// <summary>The target is held open by another program, so it could not be replaced.</summary>
        FileLocked = -42,
        /// <summary>The target exists and the request says not to replace it.</summary>
        FileExists = -43,
        /// <summary>Another download is writing to the same target.</summary>
        Busy = -44,
        /// <summary>The operation is not offered for this item.</summary>
        Unsupported = -50
    }
}
